"""Data sets that announce gigabytes, or would grow to them: refused without the memory for them."""

import gzip
import io
import json
import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hostile_cases import COUNTS
from test_declared_sizes import png

ROOM = 1_200_000_000
HUGE = 12_000_000_000
TRY = """
import resource, sys
from pathlib import Path
from mnist_compare.data.sources import read_source
from mnist_compare.errors import MnistCompareError
import pyarrow.parquet, scipy.io, PIL.Image
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
pages = int(Path("/proc/self/statm").read_text().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + int(sys.argv[1]),) * 2)
for source in sys.argv[2:]:
    try:
        read_source(source + "#test-share=0.5")
        print("read:", source)
    except MnistCompareError as error:
        print("refused:", error)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


def packed_many_times(block, times):
    """Members of gzip, one after the other: a small file that is unpacked to very much."""
    return gzip.compress(block, 9) * times


def table(folder):
    """A CSV of one line that never ends, and one of rows that never end."""
    zeros = b"0," * 5_000_000
    (folder / "line.csv.gz").write_bytes(packed_many_times(zeros, HUGE // len(zeros)))
    names = b"label," + b",".join(b"p%d" % n for n in range(10_000)) + b"\n"
    rows = (b"1" + b",0" * 10_000 + b"\n") * 100
    (folder / "rows.csv.gz").write_bytes(gzip.compress(names) + packed_many_times(rows, HUGE // len(rows) // 20))
    return [folder / "line.csv.gz", folder / "rows.csv.gz"]


def matlab(folder):
    """SVHN's file whose X says that it has 12 GB, behind a few packed bytes."""
    sizes = struct.pack("<4i", 32, 32, 3, HUGE // 3072)
    element = (
        struct.pack("<4I", 6, 8, 9, 0) + struct.pack("<2I", 5, 16) + sizes + struct.pack("<HH4s", 1, 1, b"X\0\0\0")
    )
    element += struct.pack("<2I", 2, 2**32 - 8)
    body = zlib.compress(struct.pack("<2I", 14, 2**32 - 8) + element)
    head = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<HH", 0x0100, 0x4D49)
    (folder / "train_32x32.mat").write_bytes(head + struct.pack("<2I", 15, len(body)) + body)
    return [folder / "train_32x32.mat"]


def parquet(folder):
    """A million rows of one image of 12 kB: a dictionary of one value, in a file of some kilobytes."""
    image = pa.array([png(100_000, 100_000)] * 1)
    rows = HUGE // 10_000
    indices = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), image)
    pq.write_table(
        pa.table({"image": indices.cast(pa.binary()), "label": np.arange(rows) % 2}), folder / "wide.parquet"
    )
    square = io.BytesIO()
    from PIL import Image

    Image.fromarray(np.zeros((100, 100), np.uint8)).save(square, "PNG")
    indices = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([square.getvalue()]))
    pq.write_table(
        pa.table({"image": indices.cast(pa.binary()), "label": np.arange(rows) % 2}), folder / "many.parquet"
    )
    return [folder / "wide.parquet", folder / "many.parquet"]


def pictures(folder):
    """Images of 100,000 pixels a side, in class folders and in a manifest."""
    for name in ("a", "b"):
        (folder / "classes" / name).mkdir(parents=True)
        (folder / "classes" / name / "0.png").write_bytes(png(100_000, 100_000))
    (folder / "list.csv").write_text("image,label\nclasses/a/0.png,a\nclasses/b/0.png,b\n")
    return [folder / "classes", folder / "list.csv"]


def sparse(folder):
    """Files that are 12 GB long, and take no room on the disk."""
    found = []
    for name in ("train.csv", "some.npz", "some.parquet", "some.mat", "cifar/train.bin"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.truncate(path, HUGE)
        found.append(path)
    (folder / "cifar" / "test.bin").write_bytes(bytes(3074))
    return found


@pytest.mark.parametrize("make", [table, matlab, parquet, pictures, sparse], ids=lambda make: make.__name__)
def test_sets_of_announced_gigabytes(tmp_path, make):
    """Each is refused in a sentence, in a process that may take little more memory than it has."""
    sources = [str(path) for path in make(tmp_path)]
    COUNTS["announced size"] += len(sources)
    command = [sys.executable, "-c", TRY, str(ROOM), *sources]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    *told, grown = done.stdout.splitlines()
    assert len(told) == len(sources)
    assert all(line.startswith("refused: ") and line.endswith(".") for line in told), told
    assert int(grown) < 1_000_000_000, json.dumps(told)
