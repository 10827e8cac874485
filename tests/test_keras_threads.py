import pytest

from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare_keras.threads import Sharing, cut, sharing


@pytest.mark.parametrize(
    ("name", "batch", "threads", "wanted"),
    [
        ("cnn", 60, 2, Sharing(2, 2, 1)),
        ("cnn", 60, 8, Sharing(3, 3, 2)),  # parts of at least 16 images, and the rest of the threads within
        ("cnn", 60, 1, Sharing(1, 1, 1)),
        ("cnn", 20, 2, Sharing(1, 2, 2)),
        ("convnet", 64, 2, Sharing(1, 2, 2)),  # its BatchNorms see the whole batch
        ("mlp", 20, 2, Sharing(1, 2, 1)),
        ("mlp", 4096, 2, Sharing(1, 1, 2)),
    ],
)
def test_threads_are_shared_as_suits_the_network(name, batch, threads, wanted):
    """Batches are cut where that gains and changes nothing; otherwise threads go to operations, or into large ones."""
    assert sharing(ARCHITECTURES[name], batch, threads) == wanted


@pytest.mark.parametrize(("batch", "parts"), [(60, 2), (61, 2), (60, 7), (1, 4), (3, 4)])
def test_the_parts_of_a_batch_are_the_batch(batch, parts):
    """Every image is in one part, in its place, and none is empty, of a last small batch too."""
    pieces = [list(range(batch))[part] for part in cut(batch, parts)]
    assert [i for piece in pieces for i in piece] == list(range(batch))
    assert all(pieces)
    assert max(map(len, pieces)) - min(map(len, pieces)) <= 1
