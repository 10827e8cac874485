import numpy as np
import pytest
import valid_files
from damage import damages
from hostile_cases import attempt, cases
from hypothesis import example, given
from hypothesis import strategies as st

from mnist_compare.data import Dataset, load_dataset, normalize, open_arrays, read_idx, write_arrays
from mnist_compare.data.preparation import raw_digit, read_page

BOMB = valid_files.idx(np.zeros((1, 28, 28), np.uint8), shape=(2**32 - 1, 28, 28))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged")


@pytest.fixture(scope="module")
def shared(place):
    write_arrays(normalize(Dataset.from_arrays(*valid_files.arrays())), place / "shared")
    return {path: path.read_bytes() for path in sorted((place / "shared").iterdir())}


@cases(500)
@given(content=damages(*valid_files.idx_files()), dimensions=st.sampled_from([1, 3]))
@example(content=BOMB, dimensions=3)
def test_damaged_idx_files(place, content, dimensions):
    """Whatever has become of an IDX file, plain or gzip, it is an array of digits or refused in a sentence."""
    path = place / "images"
    path.write_bytes(content)
    array = attempt("idx", read_idx, path, dimensions)
    assert array is None or (array.dtype == np.uint8 and array.ndim == dimensions)


@cases(300)
@given(content=damages(*valid_files.npz_files()))
def test_damaged_npz_files(place, content):
    """Whatever has become of an .npz file, it is a data set or refused in a sentence."""
    path = place / "set.npz"
    path.write_bytes(content)
    dataset = attempt("npz", load_dataset, path)
    assert dataset is None or dataset.train_images.ndim == 4


@cases(300)
@given(data=st.data())
def test_damaged_shared_arrays(place, shared, data):
    """Whatever has become of one of the arrays that processes share, they are arrays or refused in a sentence."""
    path = data.draw(st.sampled_from(list(shared)))
    path.write_bytes(data.draw(damages(shared[path])))
    try:
        arrays = attempt("shared arrays", open_arrays, place / "shared")
    finally:
        path.write_bytes(shared[path])
    assert arrays is None or (arrays.train_labels.max() <= 9 and arrays.std > 0)


@cases(400)
@given(content=damages(*valid_files.images()), raw=st.booleans())
def test_damaged_images(place, content, raw):
    """Whatever has become of an image, it is digits of 28x28, none perhaps, or refused in a sentence."""
    path = place / "digit.png"
    path.write_bytes(content)
    digits = attempt("image", lambda: [raw_digit(path)] if raw else read_page(path).digits)
    assert all(digit.dtype == np.uint8 and digit.shape == (28, 28) for digit in digits or ())
