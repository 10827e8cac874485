"""How much is measured: all of it, or just enough to see that the benchmark itself works."""

import msgspec

from mnist_compare.backend import backends

FRAMEWORKS = ("torch", "keras", "paddle")
EXAMPLES = ("pytorch_example", "keras_example", "paddle_example")


class Size(msgspec.Struct, frozen=True):
    """Numbers of samples, images and epochs.

    `images` fill batches of 16, 20, 32, 60, 64 and 128, so that no framework compiles for a smaller last batch.
    `epochs` per framework give trainings of some seconds; Paddle takes longest. Networks that take longer have fewer
    images and epochs of their own: `slow` has both.
    """

    pairs: int
    images: int
    epochs: dict[str, int]
    slow: dict[str, tuple[int, dict[str, int]]]
    overhead: tuple[str, ...]
    documented: tuple[str, ...]
    choices: tuple[str, ...]
    repeats: int
    batch_sizes: tuple[int, ...]
    batch_images: int
    training_sizes: tuple[int, ...]
    memory_images: int
    runs: tuple[int, ...]
    records: tuple[int, ...]
    accuracy_images: int
    accuracy_epochs: dict[str, int]
    seeds: int
    speedrun_seeds: int
    until_epochs: int

    def training(self, architecture: str, backend: str) -> tuple[int, int]:
        """The images of an epoch, and the epochs, of a network in a framework."""
        images, epochs = self.slow.get(architecture, (self.images, self.epochs))
        return images, epochs[backend]


FULL = Size(
    pairs=5,
    images=11_520,
    epochs={"torch": 8, "keras": 6, "paddle": 2},
    slow={
        "pytorch_example": (1920, {"torch": 4, "keras": 4, "paddle": 2}),
        "keras_example": (3840, {"torch": 8, "keras": 8, "paddle": 2}),
        "lstm": (3840, {"torch": 8, "keras": 4, "paddle": 2}),
        "resnet18": (960, {"torch": 1, "keras": 1, "paddle": 1}),
    },
    overhead=("cnn", "convnet", "mlp", *EXAMPLES, "resnet18", "lstm"),
    documented=("cnn", "lenet", "convnet", "mlp", *EXAMPLES),
    choices=("cnn", "mlp", "speedrun", "lstm", "resnet18"),
    repeats=3,
    batch_sizes=(16, 64, 256, 1024, 4096),
    batch_images=12_288,
    training_sizes=(960, 11_520, 60_000),
    memory_images=60_000,
    runs=(1, 4),
    records=(10, 1000, 10_000),
    accuracy_images=60_000,
    accuracy_epochs={"cnn": 4, "lenet": 2, "convnet": 3, "mlp": 3},
    seeds=3,
    speedrun_seeds=10,
    until_epochs=30,
)
QUICK = Size(
    pairs=1,
    images=960,
    epochs={"torch": 1, "keras": 1, "paddle": 1},
    slow={},
    overhead=("cnn",),
    documented=("cnn",),
    choices=("cnn",),
    repeats=1,
    batch_sizes=(64, 256),
    batch_images=512,
    training_sizes=(480, 960),
    memory_images=960,
    runs=(1, 2),
    records=(10, 100),
    accuracy_images=960,
    accuracy_epochs={"cnn": 1},
    seeds=1,
    speedrun_seeds=1,
    until_epochs=1,
)


def frameworks() -> list[str]:
    """The frameworks that are installed here."""
    return [name for name in FRAMEWORKS if name in backends() and not backends()[name].missing()]
