"""What a look at a data set warns of, each shown by data made to have it, and nothing where there is nothing."""

import re
from pathlib import Path

import numpy as np
import pytest

from mnist_compare.data import Dataset, load_dataset, look
from mnist_compare.data.changes import find_changes
from mnist_compare.data.look import are_characters, data_warnings
from mnist_compare.data.look.warnings import CHECKS

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package dataset-fashion-mnist puts it."""


@pytest.fixture(scope="module")
def mnist():
    """MNIST's first images as arrays: training images and labels, test images and labels."""
    whole = load_dataset("mnist")
    return [
        array[:2000].copy() for array in (whole.train_images, whole.train_labels, whole.test_images, whole.test_labels)
    ]


def warned(train_images, train_labels, test_images, test_labels):
    """The titles of the warnings and their text, of such arrays."""
    found = data_warnings(Dataset.from_arrays(train_images, train_labels, test_images, test_labels))
    return {warning.title: str(warning) for warning in found}


def test_good_data_make_no_warning(mnist):
    """A part of MNIST makes no warning, and neither does all of it where it is looked at like any other set."""
    assert warned(*mnist) == {}
    whole = load_dataset("mnist")
    assert [check(whole) for check in CHECKS] == [[] for _ in CHECKS]


@pytest.mark.skipif(not FASHION_MNIST.is_dir(), reason="needs Debian's package dataset-fashion-mnist")
def test_fashion_mnist_as_published_makes_no_warning():
    """Fashion-MNIST as it is published makes no warning."""
    clothes = load_dataset(FASHION_MNIST)
    assert data_warnings(clothes) == ()
    assert not are_characters(clothes)


def test_repeated_images_are_counted_and_named(mnist):
    """Copies within the training images, within the test images and between both are counted, with their indices."""
    train, labels, test, test_labels = (array.copy() for array in mnist)
    train[[7, 70, 700, 1999]] = train[0]
    test[11], test[12] = test[10], train[100]
    found = warned(train, labels, test, test_labels)
    assert set(found) == {"Test images among the training images", "Repeated training images", "Repeated test images"}
    assert "1 test image is among the training images too, bit by bit (test_images[12])" in str(found)
    assert "4 training images are the same as an earlier one" in str(found)
    assert "(train_images[7], train_images[70], train_images[700] and 1 more)" in str(found)
    assert "1 test image is the same as an earlier one, bit by bit (test_images[11])" in str(found)


def test_blank_images_are_counted_and_named(mnist):
    """Images whose pixels are all equal are counted, with their indices, whatever the pixel is."""
    train, labels, test, test_labels = (array.copy() for array in mnist)
    train[5], train[6], test[3] = 0, 255, 7
    found = warned(train, labels, test, test_labels)
    assert "2 training images are blank: all pixels of one are equal (train_images[5], train_images[6])" in str(found)
    assert "1 test image is blank" in str(found)


@pytest.mark.parametrize(
    ("change", "title", "told"),
    [
        (lambda x: x // 128, "Pixels are 0 and 1", "Multiply them by 255"),
        (lambda x: 100 + x // 8, "Narrow range of pixels", "from 100 to 131, of 0 to 255"),
        (lambda x: 255 - x, "Light background", "--invert"),
        (lambda x: x.swapaxes(-1, -2), "Digits that look transposed", "Exchange rows and columns"),
    ],
)
def test_changed_pixels_are_noticed(mnist, change, title, told):
    """Pixels that were divided, squeezed or inverted, and digits on their side, are noticed."""
    train, labels, test, test_labels = mnist
    found = warned(change(train), labels, change(test), test_labels)
    assert title in found
    assert told in found[title]


def test_labels_that_are_missing_rare_or_in_order_are_noticed(mnist):
    """A class without images in one part, one that is rare, and images class by class, are noticed."""
    train, labels, test, test_labels = mnist
    rare = np.flatnonzero((labels != 3) | (np.cumsum(labels == 3) < 5))
    assert "Class 7 has 224 training images, class 3 has 4." in str(
        warned(train[rare], labels[rare], test, test_labels)
    )
    none = labels != 3
    assert "1 of 10 classes has no training image (labels 3)" in str(
        warned(train[none], labels[none], test, test_labels)
    )
    order = np.argsort(labels, kind="stable")
    found = warned(train[order], labels[order], test, test_labels)
    assert list(found) == ["Training images in order of their labels"]


def test_letters_and_clothes_are_not_taken_for_digits(mnist):
    """Ten classes that are no digits are not said to be transposed: those of MNIST under other labels."""
    train, labels, test, test_labels = mnist
    turned, other = train.swapaxes(-1, -2), (labels + 3) % 10
    assert "Digits that look transposed" not in warned(turned, other, test, test_labels)


def test_characters_are_told_from_other_things(mnist):
    """MNIST's images are characters, dark on light and of other sizes too; filled shapes and photos are none."""
    images, labels = mnist[0][:500], mnist[1][:500]
    rng = np.random.default_rng(0)
    assert are_characters(Dataset.from_arrays(*mnist))
    for changes in ({"pad": 32}, {"resize": 14}, {"resize": 56}):
        assert are_characters(Dataset.from_arrays(*mnist).changed(find_changes(**changes)))
    assert are_characters(Dataset.from_arrays(255 - images, labels, 255 - images, labels))
    shapes = np.zeros_like(images)
    shapes[:, :, 6:22, 8:20] = rng.integers(128, 256, (len(images), 1, 16, 12), dtype=np.uint8)
    for others in (shapes, rng.integers(0, 256, images.shape, dtype=np.uint8), images.repeat(3, axis=1)):
        assert not are_characters(Dataset.from_arrays(others, labels, others, labels))


def test_the_page_has_every_warning(mnist):
    """docs/data-warnings.md names each by its title."""
    page = Path(__file__).parents[2].joinpath("docs", "data-warnings.md").read_text()
    source = " ".join(path.read_text() for path in Path(look.__file__).parent.glob("*.py"))
    titles = re.findall(r'(?:DataWarning\(\s*f?|LIGHT_BACKGROUND = )"([^"]+)"', source)
    assert len(titles) >= 10
    for title in titles:
        assert all(re.sub(r"\{word\}", word, title) in page for word in ("training", "test"))
