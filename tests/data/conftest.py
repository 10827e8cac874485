import pytest

from mnist_compare.data import load_dataset


@pytest.fixture(scope="session")
def mnist():
    return load_dataset("mnist")
