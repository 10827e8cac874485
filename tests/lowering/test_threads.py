import pytest

from mnist_compare.architecture import Layer, ReLU, ShapedLayer
from mnist_compare.architecture.documented import ARCHITECTURES, default_recipe, find_architecture
from mnist_compare.io import registry
from mnist_compare.lowering import Setting, Threads, lower
from mnist_compare.lowering.batch_parts import cut
from mnist_compare.lowering.one_thread import useful_threads


@pytest.mark.parametrize(
    ("name", "batch", "threads", "parts", "wanted"),
    [
        ("cnn", 60, 2, 2, Threads(2, 1)),
        ("cnn", 60, 8, 3, Threads(3, 2)),  # parts of at least 16 images, and the rest of the threads within
        ("cnn", 60, 1, 1, Threads(1, 1)),
        ("cnn", 20, 2, 1, Threads(2, 2)),
        ("convnet", 64, 2, 1, Threads(2, 2)),  # its BatchNorms see the whole batch
        ("mlp", 20, 2, 1, Threads(2, 1)),
        ("mlp", 4096, 2, 1, Threads(1, 2)),
    ],
)
def test_threads_are_shared_as_suits_the_network(name, batch, threads, parts, wanted):
    """Batches are cut where that gains and changes nothing; otherwise threads go to operations, or into large ones."""
    setting = Setting(batch, threads, "cpu", "compiled")
    lowered = lower(ARCHITECTURES[name].shaped_layers, ("batch-parts", "thread-sharing"), setting)
    assert (lowered.parts, lowered.threads) == (parts, wanted)


@pytest.mark.parametrize("setting", [Setting(60, 2, "cpu", "eager"), Setting(60, 2, "gpu:0", "compiled")])
def test_only_graphs_on_a_cpu_are_cut_into_parts(setting):
    """Step by step the parts would wait for each other, and a GPU is filled by a whole batch."""
    assert lower(ARCHITECTURES["cnn"].shaped_layers, ("batch-parts",), setting).parts == 1


@pytest.mark.parametrize(("batch", "parts"), [(60, 2), (61, 2), (60, 7), (1, 4), (3, 4)])
def test_the_parts_of_a_batch_are_the_batch(batch, parts):
    """Every image is in one part, in its place, and none is empty, of a last small batch too."""
    pieces = [list(range(batch))[part] for part in cut(batch, parts)]
    assert [i for piece in pieces for i in piece] == list(range(batch))
    assert all(pieces)
    assert max(map(len, pieces)) - min(map(len, pieces)) <= 1


@pytest.mark.parametrize(
    ("name", "threads"),
    [
        *(("linear", 1), ("mlp", 8), ("cnn", 1), ("lenet", 1), ("convnet", 1), ("alexnet", 8)),
        *(("keras_example", 1), ("resnet18_narrow", 1), ("googlenet", 8), ("resnet18", 8), ("vgg11", 8)),
    ],
)
def test_large_products_alone_are_shared_out(name, threads):
    """The threads that it is given where they pay, else one."""
    architecture = find_architecture(name)
    setting = Setting(default_recipe(architecture).batch_size, 8)
    assert useful_threads(architecture.shaped_layers, setting) == threads


def test_a_layer_that_says_nothing_of_it_is_given_whole_batches():
    """One from outside may look across the images of a batch: its network is not cut into parts."""

    class Mixing(Layer, frozen=True, tag="mixing"):
        """Says nothing of what it takes."""

        prefix = "mixing"

    shaped = (*ARCHITECTURES["cnn"].shaped_layers[:1], ShapedLayer("mixing1", Mixing(), (8, 28, 28), (8, 28, 28)))
    try:
        assert lower(shaped, ("batch-parts",), Setting(60, 2, "cpu", "compiled")).parts == 1
        assert lower(shaped[:1], ("batch-parts",), Setting(60, 2, "cpu", "compiled")).parts == 2
        with pytest.raises(TypeError, match="Leaky derives from ReLU, which is a kind of its own"):

            class Leaky(ReLU, frozen=True, tag="leaky"):
                """Would be computed as a ReLU."""
    finally:
        registry._DEFINED.pop(f"{__name__}.{Mixing.__qualname__}")
        registry._classes.cache_clear()


def test_passes_of_cpu_threads_leave_a_gpu_alone():
    """Their gains were measured on CPUs, so a record of a GPU does not name them."""
    found = lower(ARCHITECTURES["cnn"].shaped_layers, ("thread-sharing", "one-thread"), Setting(60, 2, "gpu:0"))
    assert found.passes == ()
