"""Training that is handed from one backend to the next, epoch by epoch."""

from pathlib import Path

import numpy as np
import pytest

from mnist_compare import compare
from mnist_compare.backend import find_backend
from mnist_compare.errors import UsageError
from mnist_compare.experiment.checkpoint import read_checkpoint

SMALL = {
    "train_size": 330,
    "test_size": 100,
    "precision": "float64",
    "schedule": "cosine",
    "threads": 1,
    "report": False,
}


def weights(comparison, backend):
    """The last checkpoint's weights of a backend's run."""
    record = next(record for record in comparison.records if record.backend == backend)
    return read_checkpoint(comparison.folder / record.weights)[1]


def test_relay_of_the_reference_with_itself(tmp_path: Path) -> None:
    """A training that is stopped after every epoch and taken over gives the same bits as one that is not."""
    found = compare(["numpy"], ["cnn"], relay=("numpy", "numpy"), epochs=3, output=tmp_path / "out", **SMALL)
    alone, relayed = weights(found, "numpy"), weights(found, "numpy+numpy")
    assert alone.keys() == relayed.keys()
    assert all(np.array_equal(alone[name], relayed[name]) for name in alone)


def test_relay_of_frameworks_equals_one_alone(tmp_path: Path) -> None:
    """Momentum, batch norm and dropout go from one framework to the next: the result is that of the reference."""
    installed = [name for name in ("torch", "keras", "paddle") if not find_backend(name).missing()]
    if len(installed) < 2:
        pytest.skip("needs two frameworks")
    options = SMALL | {"optimizer": "adam"}
    found = compare(["numpy"], ["convnet"], relay=tuple(installed), epochs=3, output=tmp_path / "out", **options)
    alone, relayed = weights(found, "numpy"), weights(found, "+".join(installed))
    assert max(float(np.abs(alone[name] - relayed[name]).max()) for name in alone) < 1e-9


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"relay": ("numpy",)}, "two backends"),
        ({"relay": ("numpy", "nunpy")}, "Unknown backend 'nunpy'"),
        ({"relay": ("numpy", "numpy"), "modes": ("native",)}, "matched mode"),
    ],
)
def test_relays_that_cannot_be(tmp_path: Path, options, words) -> None:
    """A relay of one, of an unknown backend, or in native mode is refused before anything starts."""
    with pytest.raises(UsageError, match=words):
        compare([], ["mlp"], output=tmp_path / "out", **SMALL, **options)
    assert not (tmp_path / "out").exists()
