import gzip
import io
import json
import os
import re
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest
import valid_files
from hostile_cases import COUNTS, attempt, cases
from hypothesis import given
from hypothesis import strategies as st

from mnist_compare.data import Dataset, load_dataset, normalize, open_arrays, read_idx, write_arrays
from mnist_compare.data.preparation import read_page
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare_numpy import NumpyExperiment

MEGABYTES = 20
ROOM = 200_000_000
SHAPE = (2_500_000, 28, 28)
IMAGES = np.zeros((1, 28, 28), np.uint8)
TRY = """
import resource, sys
from pathlib import Path
from mnist_compare.data import load_dataset, read_idx
from mnist_compare.errors import MnistCompareError
from mnist_compare.data.preparation import read_page
pages = int(Path("/proc/self/statm").read_text().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + int(sys.argv[1]),) * 2)
for name in sys.argv[2:]:
    path = Path(name)
    read = {".png": read_page, ".npz": load_dataset}.get(path.suffix, lambda path: read_idx(path, 3))
    try:
        read(path)
    except MnistCompareError as error:
        print(error)
"""


def npy(shape=(1, 28, 28), version=(1, 0), values=b"\0" * 784, length=None, kind="|u1"):
    """An .npy file whose header says what it is told to."""
    header = str({"descr": kind, "fortran_order": False, "shape": shape}).encode() + b"\n"
    size = struct.pack("<H" if version == (1, 0) else "<I", len(header) if length is None else length)
    return b"\x93NUMPY" + bytes(version) + size + header + values


def npz(first, way=zipfile.ZIP_STORED, **members):
    """An .npz file with that member as its training images."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", way) as archive:
        for key, array in zip(valid_files.NPZ_KEYS, valid_files.arrays(), strict=True):
            archive.writestr(f"{key}.npy", first if key == "x_train" else npy(array.shape, values=array.tobytes()))
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def understated():
    """An .npz file whose training images are 50 MB, but are said to be of a few bytes."""
    content = bytearray(npz(npy((60_000, 28, 28), values=bytes(60_000 * 784)), zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("x_train.npy").file_size
    return bytes(content).replace(struct.pack("<I", size), struct.pack("<I", 1000))


def png(width, height, *chunks):
    """A PNG of gray pixels that says how large it is, and holds next to nothing."""
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), *chunks]
    parts += [(b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


IDX_FILES = {
    "plain": valid_files.idx(IMAGES, shape=SHAPE),
    "gzip": gzip.compress(valid_files.idx(IMAGES, shape=SHAPE)),
    "gzip that goes on": gzip.compress(valid_files.idx(IMAGES) + bytes(100_000_000)),
    "gzip of gigabytes": gzip.compress(valid_files.idx(IMAGES, shape=(2**32 - 1, 28, 28))),
}
NPZ_FILES = {
    "shape": npz(npy(SHAPE)),
    "endless shape": npz(npy((2**62, 28, 28))),
    "negative shape": npz(npy((-5, 28, 28))),
    "header of gigabytes": npz(npy(version=(2, 0), length=2**32 - 1)),
    "wide text": npz(npy((1,), kind="<U500000000")),
    "bzip2": npz(npy((1, 28, 28), values=bytes(50_000_000)), zipfile.ZIP_BZIP2),
    "lzma": npz(npy((1, 28, 28), values=bytes(50_000_000)), zipfile.ZIP_LZMA),
    "bytes that follow": npz(npy(values=bytes(100_000_000)), zipfile.ZIP_DEFLATED),
    "understated": understated(),
    "other name": npz(npy(SHAPE), x_train=b"small"),
}
IMAGE_FILES = {
    "large": png(60_000, 60_000),
    "wide": png(10_001, 1),
    "high": png(1, 1_000_000),
    "text": png(28, 28, (b"zTXt", b"a\0\0" + zlib.compress(bytes(100_000_000)))),
    "profile": png(28, 28, (b"iCCP", b"a\0\0" + zlib.compress(bytes(100_000_000)))),
}


@pytest.fixture
def little():
    """Fails where a test takes more memory than a few megabytes, beside what it had."""
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MEGABYTES * 1_000_000


@pytest.mark.parametrize("content", IDX_FILES.values(), ids=IDX_FILES)
def test_idx_files_that_announce_more_than_they_hold(tmp_path, little, content):
    """A small IDX file that announces gigabytes, or would grow to them, is refused without memory for them."""
    path = tmp_path / "images"
    path.write_bytes(content)
    assert attempt("declared size", read_idx, path, 3) is None


@pytest.mark.parametrize("content", NPZ_FILES.values(), ids=NPZ_FILES)
def test_npz_files_that_announce_more_than_they_hold(tmp_path, little, content):
    """A small .npz file that announces gigabytes, or would grow to them, is refused without memory for them."""
    path = tmp_path / "set.npz"
    path.write_bytes(content)
    assert attempt("declared size", load_dataset, path) is None


@pytest.mark.parametrize("content", [npy(SHAPE), npy(version=(2, 0), length=2**31), npy((2**62, 1, 28, 28))])
def test_shared_arrays_that_announce_more_than_they_hold(tmp_path, little, content):
    """An array that processes share is refused without memory for what its header announces."""
    write_arrays(normalize(Dataset.from_arrays(*valid_files.arrays())), tmp_path / "arrays")
    (tmp_path / "arrays" / "train_images.npy").write_bytes(content)
    assert attempt("declared size", open_arrays, tmp_path / "arrays") is None


@pytest.mark.parametrize("content", IMAGE_FILES.values(), ids=IMAGE_FILES)
def test_images_that_announce_more_than_they_hold(tmp_path, little, content):
    """A small image that announces millions of pixels, or would grow to them, takes no memory for them."""
    path = tmp_path / "digit.png"
    path.write_bytes(content)
    attempt("declared size", read_page, path)


def test_a_checkpoint_with_an_array_that_is_not_of_its_network(tmp_path, little):
    """A checkpoint with a large array that its network does not have is refused before that is read."""
    path = tmp_path / "odd.safetensors"
    NumpyExperiment("linear", device="cpu").save(path)
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    head, end = json.loads(content[8 : 8 + length]), len(content) - 8 - length
    head["zero"] = {"dtype": "F32", "shape": [15_000_000], "data_offsets": [end, end + 60_000_000]}
    text = json.dumps(head, separators=(",", ":")).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])
    os.truncate(path, path.stat().st_size + 60_000_000)
    valid_files.seal(path)
    assert attempt("declared size", read_checkpoint, path) is None


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limit of a process's memory")
def test_little_memory_is_enough_to_refuse(tmp_path):
    """A process that may take no more than 200 MB refuses all of these files, and none for want of memory."""
    kinds = (
        (IDX_FILES, "idx"),
        (NPZ_FILES, "npz"),
        ({"large": IMAGE_FILES["large"], "wide": png(10_001, 9_000)}, "png"),
    )
    paths = []
    for files, suffix in kinds:
        for name, content in files.items():
            paths.append(tmp_path / f"{name}.{suffix}")
            paths[-1].write_bytes(content)
    command = [sys.executable, "-c", TRY, str(ROOM), *(path.name for path in paths)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    COUNTS["declared size"] += len(paths)
    refusals = done.stdout.splitlines()
    assert len(refusals) == len(paths)
    assert not [refusal for refusal in refusals if re.search("allocate|MemoryError|: [.]", refusal)]


@cases(100)
@given(
    shape=st.lists(st.sampled_from([0, 1, 2, 28, 2**16, 2**31, 2**32 - 1]), min_size=3, max_size=3),
    packed=st.booleans(),
)
def test_idx_headers_of_any_shape(tmp_path, little, shape, packed):
    """Whatever shape a header announces, memory is taken for what is there alone."""
    path = tmp_path / "images"
    content = valid_files.idx(IMAGES, shape=shape)
    path.write_bytes(gzip.compress(content) if packed else content)
    assert (attempt("declared size", read_idx, path, 3) is not None) == (shape == [1, 28, 28])
