"""Small valid files of every kind, as bytes, which tests then damage."""

import gzip
import io
import struct
from pathlib import Path

import numpy as np
from PIL import Image

from mnist_compare.architecture.documented import find_architecture
from mnist_compare.certify.case import make_case
from mnist_compare.certify.certificate import Certificate, Pair
from mnist_compare.certify.gaps import Tolerance
from mnist_compare.experiment import checkpoint
from mnist_compare.recipe import find_recipe
from mnist_compare.records.spec import DataSpec

REFERENCE = Path(__file__).parents[2] / "reports" / "reference" / "cnn"
NPZ_KEYS = ("x_train", "y_train", "x_test", "y_test")
MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16")
TURNED = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"


def arrays(train=3, test=2):
    """Images and labels of a tiny data set, in the order of the keys of an .npz file."""
    generator = np.random.default_rng(0)
    images = [generator.integers(0, 256, (count, 28, 28), dtype=np.uint8) for count in (train, test)]
    labels = [(np.arange(count) % 10).astype(np.uint8) for count in (train, test)]
    return images[0], labels[0], images[1], labels[1]


def idx(array, shape=None):
    """An IDX file of unsigned bytes, which announces another shape where one is given."""
    sizes = array.shape if shape is None else shape
    return struct.pack(f">BBBB{len(sizes)}I", 0, 0, 8, len(sizes), *sizes) + array.tobytes()


def idx_files():
    """Plain and compressed, of images and of labels."""
    plain = [idx(array) for array in arrays()[:2]]
    return [*plain, *(gzip.compress(content, mtime=0) for content in plain)]


def npz_files():
    """Plain and compressed."""
    found = []
    for save in (np.savez, np.savez_compressed):
        buffer = io.BytesIO()
        save(buffer, **dict(zip(NPZ_KEYS, arrays(1, 1), strict=True)))
        found.append(buffer.getvalue())
    return found


def images():
    """Every format that is read, in every mode that it has."""
    pixels = np.random.default_rng(0).integers(0, 256, (20, 24, 3), dtype=np.uint8)
    found = []
    for kind, options in (
        ("PNG", {}),
        ("PNG", {"exif": TURNED}),
        ("JPEG", {"exif": TURNED}),
        ("BMP", {}),
        ("GIF", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {"lossless": True}),
    ):
        for mode in MODES:
            image = Image.fromarray(pixels)
            image = Image.fromarray(pixels[..., 0].astype(np.uint16) * 256) if mode == "I;16" else image.convert(mode)
            buffer = io.BytesIO()
            try:
                image.save(buffer, kind, **options)
            except (OSError, ValueError):  # the format does not have that mode
                continue
            found.append(buffer.getvalue())
    return found


ARCHITECTURE = b"""name = "mine"
output = "logits"
initializer = "he_normal"
source = "nowhere"
[recipe]
batch_size = 100
epochs = 5
optimizer = { type = "adamw", learning_rate = 0.002 }
schedule = { type = "one_cycle", warmup = 0.2 }
[[layers]]
type = "convolution"
channels = 4
kernel = 3
padding = 1
[[layers]]
type = "batch_norm"
momentum = 0.1
[[layers]]
type = "relu"
[[layers]]
type = "max_pooling"
size = 2
[[layers]]
type = "flatten"
[[layers]]
type = "dropout"
rate = 0.25
[[layers]]
type = "linear"
features = 10
"""
GRID = b"""name = "rates"
backends = ["numpy"]
architectures = ["mlp"]
seeds = "0-2"
hold_out = 0.25
sample = 4
[grid]
optimizer = ["sgd", { type = "adam", beta1 = 0.8 }]
batch_size = [8, 16]
freeze = ["none", ["linear1"]]
[ranges]
learning_rate = { low = 1e-4, high = 0.1, log = true }
warmup = { low = 0, high = 4 }
[[exclude]]
batch_size = 8
optimizer = "sgd"
[[when]]
optimizer = "sgd"
[when.grid]
optimizer.momentum = [0.0, 0.9]
"""
RECIPE = b"""name = "mine"
loss = "mean_squared_error"
batch_size = 8
epochs = 2
shuffle = false
normalization = "standard"
precision = "float64"
[optimizer]
type = "sgd"
learning_rate = 0.01
momentum = 0.5
nesterov = true
[schedule]
type = "step"
every = 2
factor = 0.5
"""


def records():
    """The records of a comparison, one line each: those of the reference report."""
    return (REFERENCE / "results.jsonl").read_bytes().splitlines()


def certificate():
    """A certificate of two backends in one case."""
    case = make_case(find_architecture("linear"), find_recipe("linear"), DataSpec("mnist", "0" * 64, 600, 100), steps=2)
    floor = Tolerance(1e-6, 1e-6, 1e-6, 1e-6, 1e-6, 1e-6)
    names = ("linear", "linear", "linear", "float32")
    pair = Pair(*names, "torch", "numpy", True, 2, *[1e-7] * 6, 0, 100, floor=floor, loss_gaps=[0.0, 1e-7])
    failed = Pair(*names, "torch", "keras", False, 2, 1.0, first_step_out=2, quantity_out="loss", loss_gaps=[0.0, None])
    backends = ["torch", "keras", "numpy"]
    versions = {name: {name: "1.0"} for name in backends}
    devices = dict.fromkeys(backends, "cpu")
    return Certificate(
        False,
        [pair, failed],
        [case],
        backends,
        versions,
        devices,
        1,
        {"cores": 2},
        "certify",
        "2026-01-01",
        "0.1.0",
        "x",
    )


def seal(path):
    """Give a file the checksum that belongs to what it holds, so that no reader stops at that."""
    place = checkpoint._checksum_place(path)
    if place is not None:
        with path.open("r+b") as file:
            file.seek(place)
            file.write(checkpoint.NO_CHECKSUM.encode())
        checkpoint._seal(path)
