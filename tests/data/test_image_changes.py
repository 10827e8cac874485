"""Images are made gray, inverted, padded and resized by one arithmetic, whatever computes with them afterwards."""

from hashlib import sha256

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from published_sets import colour_folder, image_table, png

from mnist_compare import DataError, Dataset, ImageChanges, UsageError, load_dataset
from mnist_compare.cli.prepared import see
from mnist_compare.data import cache, changes, find_changes
from mnist_compare.data.look import data_warnings
from mnist_compare.data.resampling import resampled, resampling_weights
from mnist_compare.records.spec import DataSpec
from mnist_compare.runner.data_spec import describe_data, open_data

SIDES = st.integers(1, 70)
SIZES = {(28, 14): "f8f6435fd16c4699", (48, 20): "ed648136fe28c001", (28, 28): "213c4c9534ded577"}
"""By height and width: the beginning of the SHA-256 of the bytes."""


def some(*shape):
    """Pixels of that shape, the same ones every time."""
    numbers = np.arange(np.prod(shape), dtype=np.int64)
    return (numbers * numbers % 1009 * 31 % 256).astype(np.uint8).reshape(shape)


def test_the_bits_of_the_resampler():
    """Recorded hashes: smaller, larger and one of each, by any version of NumPy, on any machine."""
    images = some(3, 32, 20)
    found = {size: sha256(resampled(images, *size).tobytes()).hexdigest()[:16] for size in SIZES}
    assert found == SIZES


@settings(max_examples=50, deadline=None)
@given(before=SIDES, after=SIDES)
def test_every_pixel_counts_alike(before, after):
    """All new pixels have the same sum of weights, and of a smaller image so have all old ones: none is left out."""
    weights = resampling_weights(before, after)
    assert len(set(weights.sum(axis=1))) == 1
    assert weights.min() >= 0
    if after <= before:
        assert len(set(weights.sum(axis=0))) == 1


@settings(max_examples=30, deadline=None)
@given(sides=st.tuples(SIDES, SIDES, SIDES, SIDES))
def test_exact(sides):
    """The pixels are those of whole numbers, which know no rounding but that of the end."""
    height, width, *after = sides
    images = some(2, height, width)
    down, across = (resampling_weights(*pair).astype(int) for pair in zip((height, width), after, strict=True))
    sums = np.einsum("ah,nhw,bw->nab", down, images.astype(int), across)
    total = down[0].sum() * across[0].sum()
    assert np.array_equal(resampled(images, *after), (2 * sums + total) // (2 * total))


def test_as_pillow_has_it():
    """Grays are Pillow's, transparent pixels white; halves are means of four pixels, and larger images bilinear."""
    colours = some(4, 4, 12, 12)
    opened = [Image.fromarray(np.moveaxis(each, 0, -1), "RGBA") for each in colours]
    white = [Image.alpha_composite(Image.new("RGBA", each.size, "white"), each).convert("L") for each in opened]
    assert np.array_equal(changes.grays(colours)[:, 0], np.stack(list(map(np.asarray, white))))
    plain = [each.convert("RGB").convert("L") for each in opened]
    assert np.array_equal(changes.grays(colours[:, :3])[:, 0], np.stack(list(map(np.asarray, plain))))
    for size, how in ((6, Image.Resampling.BOX), (20, Image.Resampling.BILINEAR)):
        ours = resampled(colours[:, 0], size, size).astype(int)
        pillows = np.stack([np.asarray(Image.fromarray(each).resize((size, size), how)) for each in colours[:, 0]])
        assert np.abs(ours - pillows).max() <= 1


def test_their_order():
    """Gray before inverted, squares before the size, a border last: whatever the order of the options."""
    images = some(2, 4, 10, 6)
    found = find_changes(invert=True, pad=True, resize=5, gray=True).of(images)
    inverted = 255 - changes.grays(images)
    square = np.empty((2, 1, 10, 10), np.uint8)
    border = np.concatenate([inverted[..., 0, :], inverted[..., -1, :], inverted[..., 0], inverted[..., -1]], axis=2)
    square[:] = np.sort(border, axis=2)[..., 16, None, None]
    square[..., 2:8] = inverted
    assert np.array_equal(found[:, 0], resampled(square[:, 0], 5, 5))
    border = find_changes(resize=(4, 5), pad=8).of(images)
    assert border.shape == (2, 4, 8, 8)
    assert np.array_equal(border[:, 0, 2:6, 1:6], resampled(images[:, 0], 4, 5))
    opaque = find_changes(invert=True).of(images)[:, 3]
    assert np.array_equal(opaque, images[:, 3])


def test_gray_images_get_three_channels():
    """With rgb a gray image has three channels, all alike, after all else; one with colours stays as it is."""
    gray, colours = some(2, 1, 6, 6), some(2, 3, 6, 6)
    found = find_changes(rgb=True, resize=8).of(gray)
    assert found.shape == (2, 3, 8, 8)
    assert np.array_equal(found[:, 2], find_changes(resize=8).of(gray)[:, 0])
    assert str(find_changes(rgb=True, resize=8).needed((1, 6, 6))) == "resized from 6x6 to 8x8 and made RGB"
    assert find_changes(rgb=True).needed((3, 6, 6)) is None
    assert np.array_equal(find_changes(rgb=True).of(colours), colours)
    with pytest.raises(UsageError, match="gray and RGB"):
        find_changes(gray=True, rgb=True)


def test_a_light_ground_goes_on_in_the_border(mnist):
    """Around digits on white paper the border is white, so that it is noticed that they are dark on light."""
    images, labels = 255 - mnist.test_images[:500], mnist.test_labels[:500]
    data = Dataset("x", images, labels, images, labels).changed(find_changes(pad=40))
    assert data.train_images[..., 0].min() == 255
    assert "Light background" in [warning.title for warning in data_warnings(data)]


def test_what_makes_no_difference_is_no_change():
    """Gray images made gray, 28x28 resized to 28: the data set stays what it was, and so do its records."""
    data = Dataset("x", some(4, 28, 28), np.array([0, 1, 0, 1], np.uint8), some(2, 28, 28), np.array([0, 1], np.uint8))
    for asked in (
        {"gray": True},
        {"resize": 28},
        {"pad": True},
        {"pad": 28},
        {"gray": True, "resize": "28x28", "pad": 28},
    ):
        assert data.changed(find_changes(**asked)) is data
    assert find_changes() is None
    assert b"changes" not in msgspec.json.encode(describe_data(data, data))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"resize": 0}, "resize takes a side from 1 to 1,024, such as 28, or height x width, such as 28x32 (it is 0)."),
        ({"resize": -28}, "(it is -28)"),
        ({"resize": "99999999999999999999"}, "from 1 to 1,024"),
        ({"resize": "28x"}, "(it is 28x)"),
        ({"resize": (1, 2, 3)}, "(it is 1x2x3)"),
        ({"resize": ""}, "(it is )"),
        ({"resize": "x"}, "(it is x)"),
        ({"pad": 0}, "pad takes a side from 1 to 1,024, or nothing for squares (it is 0)."),
        ({"pad": "1025"}, "(it is 1025)"),
        ({"pad": "\u0663"}, "(it is \u0663)"),
    ],
)
def test_sizes_that_cannot_be(asked, told):
    """They are refused in a sentence that says what is valid."""
    with pytest.raises(UsageError) as caught:
        find_changes(**asked)
    assert told in str(caught.value)


def test_images_that_do_not_fit(mnist):
    """A border around images that are larger, images of gigabytes, and values made by hand are refused."""
    with pytest.raises(
        UsageError, match=r"pad is 20, where images of 28x28 need 28 at least.*or resize them to 20 first"
    ):
        mnist.changed(ImageChanges(pad=20))
    with pytest.raises(DataError, match=r"60,000 images of 1x1024x1024 would take 62,914,560,000 bytes, where 2,000"):
        mnist.changed(ImageChanges(resize=(1024, 1024)))
    with pytest.raises(UsageError, match="must be from 1 to 1,024"):
        ImageChanges(resize=(0, 3)).of(some(1, 1, 5, 5))
    padded = mnist.changed(ImageChanges(pad=32))
    assert np.concatenate([padded.train_images, padded.test_images])[..., [0, 1, 30, 31]].max() == 0
    with pytest.raises(UsageError, match=r"were padded to 32x32 already\. Give all changes at once\."):
        padded.changed(ImageChanges(pad=40))


def test_a_record_finds_the_changed_images_again(tmp_path, monkeypatch):
    """From a file, from what is kept of it, and by what a record says: the same images, with a note on the changes."""
    arrays = {"x_train": some(6, 12, 9, 3), "y_train": [0, 1, 2] * 2, "x_test": some(3, 12, 9, 3), "y_test": [0, 1, 2]}
    np.savez(tmp_path / "set.npz", **arrays)
    monkeypatch.setenv("MNIST_COMPARE_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(cache, "WORTH_KEEPING", 0.0)
    monkeypatch.setattr(cache, "LEAST_BYTES", 0)
    asked = find_changes(gray=True, pad=True, resize=8)
    data = load_dataset(tmp_path / "set.npz", asked)
    assert data.notes == ("The images were made gray, padded to 12x12 and resized from 12x12 to 8x8.",)
    expected = asked.of(np.moveaxis(arrays["x_train"], -1, 1))
    assert np.array_equal(data.train_images, expected)
    assert load_dataset(tmp_path / "set.npz").image_shape == (3, 12, 9)
    spec = describe_data(data, data)
    again = msgspec.json.decode(msgspec.json.encode(spec), type=DataSpec)
    assert again == spec
    assert again.changes.before == (3, 12, 9)
    kept = open_data(again)
    assert np.array_equal(kept.train_images, expected)
    assert (kept.changes, kept.fingerprint) == (data.changes, data.fingerprint)


def test_blocks_change_nothing(monkeypatch):
    """Images are changed some at a time, so that a large set takes little memory more: to the same bits."""
    images, asked = some(7, 3, 20, 20), find_changes(gray=True, resize=8)
    whole = asked.of(images)
    monkeypatch.setattr(changes, "BLOCK", 900)
    assert np.array_equal(asked.of(images), whole)


SEVERAL = (some(12, 9), some(20, 20, 3), some(8, 8, 4), some(9, 12, 3)) * 2
"""Images as people have them: of several sizes, gray, coloured and with transparent parts."""


@pytest.mark.parametrize("kind", ["folder", "parquet"])
def test_images_of_several_sizes(tmp_path, kind):
    """Image files may be of any sizes where all are given one: each is changed by itself, and so is one to be named."""
    if kind == "folder":
        for number, pixels in enumerate(SEVERAL):
            (tmp_path / "ab"[number % 2]).mkdir(exist_ok=True)
            (tmp_path / "ab"[number % 2] / f"{number}.png").write_bytes(png(pixels))
    else:
        pq.write_table(image_table(SEVERAL, np.arange(8) % 2, "ab"), tmp_path / "train.parquet")
    with pytest.raises(DataError, match=r"size, for example by --resize 28"):
        load_dataset(f"{tmp_path}#test-share=0.5")
    asked = find_changes(resize=10, gray=True, pad=True)
    data = load_dataset(f"{tmp_path}#test-share=0.5", asked)
    expected = {asked.of(_channels_first(pixels)).tobytes() for pixels in SEVERAL}
    assert {image.tobytes() for image in (*data.train_images, *data.test_images)} == expected
    assert data.notes[-1] == "The images were made gray, padded to squares and resized to 10x10."
    coloured = load_dataset(f"{tmp_path}#test-share=0.5", find_changes(resize=10, pad=16))
    assert coloured.image_shape == (4, 16, 16)
    (tmp_path / "own.png").write_bytes(png(SEVERAL[1]))
    (seen,) = see((tmp_path / "own.png",), raw=False, every=False, data=describe_data(data, data))
    assert np.array_equal(seen.digit, asked.of(_channels_first(SEVERAL[1]))[0])


def _channels_first(pixels):
    return (pixels[..., None] if pixels.ndim == 2 else pixels).transpose(2, 0, 1)[None]


def test_image_files_of_one_size(tmp_path):
    """They are changed as arrays are; gray ones among coloured ones are coloured, and no change is none here too."""
    published = colour_folder(tmp_path)
    source = f"{tmp_path}#test-share=0.25"
    plain = load_dataset(source)
    asked = find_changes(invert=True, pad=True)
    assert load_dataset(source, asked).fingerprint == plain.changed(asked).fingerprint
    assert load_dataset(source, asked).changes == plain.changed(asked).changes
    same = load_dataset(source, find_changes(resize=published.train_images.shape[2:]))
    assert (same.fingerprint, same.changes, same.notes) == (plain.fingerprint, None, plain.notes)
