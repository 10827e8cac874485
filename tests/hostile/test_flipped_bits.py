import random
import shutil

import pytest
from damage import flip_bit
from hostile_cases import COUNTS

from mnist_compare.data import load_dataset
from mnist_compare.data.readers.idx import DIMENSIONS as IDX_DIMENSIONS
from mnist_compare.data.sources import MNIST_FOLDER
from mnist_compare.errors import DataError

FLIPS = 30
HEADER_BITS = 8 * 40  # of a gzip file: time, system and name, which change nothing in what it holds


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """The data files of the package, in a folder of their own, for tests to flip bits in."""
    return shutil.copytree(MNIST_FOLDER, tmp_path_factory.mktemp("copies") / "mnist")


@pytest.mark.parametrize("name", IDX_DIMENSIONS)
def test_every_flipped_bit_of_the_embedded_files_is_found(copies, monkeypatch, name):
    """Wherever one bit of the four files is wrong, in the pixels or in the header of gzip, `mnist` is refused."""
    monkeypatch.setattr("mnist_compare.data.sources.MNIST_FOLDER", copies)
    path = copies / f"{name}.gz"
    bits = 8 * path.stat().st_size
    generator = random.Random(name)
    places = [generator.randrange(HEADER_BITS) for _ in range(10)] + [
        generator.randrange(bits) for _ in range(FLIPS - 10)
    ]
    for place in places:
        COUNTS["flipped bit"] += 1
        flip_bit(path, place)
        try:
            with pytest.raises(DataError, match=name):
                load_dataset("mnist")
        finally:
            flip_bit(path, place)
    assert path.read_bytes() == (MNIST_FOLDER / path.name).read_bytes()


def test_copies_without_a_flipped_bit_are_read(copies, monkeypatch):
    """The files as they are, in another place, are accepted."""
    monkeypatch.setattr("mnist_compare.data.sources.MNIST_FOLDER", copies)
    assert len(load_dataset("mnist").train_labels) == 60_000
