"""What a user asks a comparison to do."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from mnist_compare.architecture import Architecture
from mnist_compare.backend import find_backend
from mnist_compare.data import Dataset, ImageChanges, find_changes
from mnist_compare.errors import UsageError, unknown
from mnist_compare.experiment.device import parse_gpu
from mnist_compare.experiment.train_metrics import SAMPLE
from mnist_compare.io.options import check_seed
from mnist_compare.lowering import TUNINGS
from mnist_compare.recipe import Optimizer, Recipe
from mnist_compare.recipe.augmentations import Augmentation
from mnist_compare.recipe.mode import BOTH, MODES
from mnist_compare.recipe.schedules import Schedule
from mnist_compare.records.record import MARGIN

ATTRIBUTIONS = DEFAULTS, PASSES_ALONE = ("defaults", "passes")
"""What the gaps of a comparison can be attributed to: each default alone, or each lowering pass alone."""
MAX_JOBS = 1000
MAX_MARGIN = 100


class Request(msgspec.Struct, frozen=True):
    """What a comparison is asked to do. None means: the recipe's, or the default that the field's comment names."""

    backends: tuple[str, ...] = ()  # all that are installed, without the reference
    architectures: tuple[str | Path | Architecture, ...] = ("cnn",)
    recipe: str | Path | Recipe | None = None  # the one documented for each architecture
    epochs: int | str | None = None  # 3, or those of a recipe of the user's own; "documented": the recipe's
    relay: tuple[str, ...] = ()  # backends that train one network in turn, an epoch each
    seeds: tuple[int, ...] = (0,)
    modes: tuple[str, ...] = ("matched",)
    tunings: tuple[str, ...] = ("tuned",)
    attribute: str | None = None  # "defaults" or "passes": each of them alone besides
    dataset: str | Path | Dataset = "mnist"
    test_share: float | None = None  # of a set without test images: this share of each class becomes the test part
    resize: int | str | Sequence[int] | None = None  # their own size
    gray: bool = False
    rgb: bool = False
    pad: bool | int | str | None = None  # no padding; True or "square", or a side
    invert: bool = False
    train_size: int | None = None  # all
    test_size: int | None = None  # all
    validation: int | None = None  # what the recipe says
    subset_seed: int = 0
    device: str = "auto"
    execution: str = "auto"
    train_metrics: str = SAMPLE
    threads: int | None = None  # the physical cores, divided among the runs at a time
    processes: int | Sequence[int] = 1  # that train one network together, and share its threads; several: each of them
    jobs: int = 1  # runs at a time
    margin: float = MARGIN  # percentage points by which accuracies may differ and still be called equal
    latency: bool = True  # measure that of each trained network
    keep_epochs: bool = False  # keep the checkpoints of all epochs, not only of the last two
    precision: str | None = None
    normalization: str | None = None
    batch_size: int | Sequence[int] | None = None  # of this and the next three, several are so many recipes
    learning_rate: float | Sequence[float] | None = None
    optimizer: str | Optimizer | Sequence[str | Optimizer] | None = None
    schedule: str | Schedule | Sequence[str | Schedule] | None = None
    shuffle: bool | None = None
    start: str | Path | None = None  # initial weights; a checkpoint, or the folder of a comparison
    patience: int | None = None  # the recipe's; 0 is no early stopping
    monitor: str | None = None  # the recipe's
    freeze: str | Sequence[str] = ()  # the recipe's; "none" is none
    augmentation: str | Sequence[str | Augmentation] = ()  # the recipe's; "none" is without
    python: Mapping[str, str | Path] = {}  # backend -> interpreter; for others: mnist-compare.toml, this one, or made

    @property
    def changes(self) -> ImageChanges | None:
        """What is changed in the images; raises UsageError for sizes that cannot be."""
        return find_changes(self.resize, self.gray, self.pad, self.invert, self.rgb)


def check_numbers(request: Request) -> None:
    """Raise UsageError for a number that cannot be, or a list without an entry."""
    check_machine(request.device, request.threads)
    if not 1 <= request.jobs <= MAX_JOBS:
        raise UsageError(f"jobs must be from 1 to {MAX_JOBS} (it is {request.jobs}).")
    if not 0 < request.margin < MAX_MARGIN:
        raise UsageError(
            f"margin is in percentage points of accuracy, more than 0 and less than {MAX_MARGIN}, such as {MARGIN:g} "
            f"(it is {request.margin:g}): by how much may two backends differ and still be as good as equal?"
        )
    if not request.modes:
        raise UsageError(f"No mode given. Valid: {', '.join((*MODES, BOTH))}.")
    if not request.tunings:
        raise UsageError(f"No tuning given. Valid: {', '.join((*TUNINGS, BOTH))}, or passes joined by +.")
    if request.attribute is not None and request.attribute not in ATTRIBUTIONS:
        raise unknown("attribution", request.attribute, ATTRIBUTIONS)
    if not request.seeds:
        raise UsageError("No seed given: at least one is needed, from 0 to 2^63 - 1.")
    check_seed(request.subset_seed, "The subset's seed")
    for seed in request.seeds:
        check_seed(seed)
    if len(set(request.seeds)) < len(request.seeds):
        raise UsageError(f"Each seed can be given once (they are {', '.join(map(str, request.seeds))}).")


def check_machine(device: str, threads: int | None) -> None:
    """Raise UsageError for a device or a number of threads that cannot be."""
    if device not in ("auto", "cpu"):
        parse_gpu(device)
    if threads is not None and not 1 <= threads <= 1024:
        raise UsageError(f"threads must be from 1 to 1024 (it is {threads}).")


def relay_name(request: Request) -> list[str]:
    """The name of the relay that is asked for, such as "torch+keras"; nothing without one."""
    if not request.relay:
        return []
    if len(request.relay) < 2:
        raise UsageError(f"A relay needs two backends or more (it is {', '.join(request.relay)}).")
    if set(request.modes) != {"matched"} or request.attribute == DEFAULTS:
        raise UsageError("A relay needs matched mode: native optimizers cannot take over each other's state.")
    return ["+".join(find_backend(name).name for name in request.relay)]
