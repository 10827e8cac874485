"""A set of a million images: the memory that it takes, and how fast it is read again."""

import gzip
import json
import os
import subprocess
import sys
from time import perf_counter

import numpy as np
import pytest

pytestmark = pytest.mark.slow

TRAIN, TEST = 1_000_000, 20_000
PIXELS = (TRAIN + TEST) * 28 * 28
GIB = 2**30
CHUNK = 20_000
ASKED = ("run", "--architectures", "mlp", "--batch-size", "500", "--epochs", "1", "--no-report", "--no-retime")


@pytest.fixture(scope="module")
def million(tmp_path_factory):
    """A folder of IDX files, compressed, with a million made-up images, and a folder for what is kept."""
    place = tmp_path_factory.mktemp("million")
    rng = np.random.default_rng(0)
    shapes = (rng.random((10, 28, 28)) < 0.3) * np.uint8(128)
    for part, count in (("train", TRAIN), ("t10k", TEST)):
        labels = (np.arange(count) % 10).astype(np.uint8)
        with gzip.open(place / f"{part}-images-idx3-ubyte.gz", "wb", compresslevel=1) as file:
            file.write(np.array([0x803, count, 28, 28], ">i4").tobytes())
            for start in range(0, count, CHUNK):
                noise = rng.integers(0, 16, (len(labels[start : start + CHUNK]), 28, 28), np.uint8)
                file.write((shapes[labels[start : start + CHUNK]] + noise).tobytes())
        with gzip.open(place / f"{part}-labels-idx1-ubyte.gz", "wb") as file:
            file.write(np.array([0x801, count], ">i4").tobytes() + labels.tobytes())
    return place, tmp_path_factory.mktemp("kept")


def run(million, *arguments):
    """The peak memory of a command and all that it starts, in bytes, and its seconds."""
    _, kept = million
    begin = perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], env={**os.environ, "MNIST_COMPARE_CACHE": str(kept)})
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return usage.ru_maxrss * 1024, perf_counter() - begin


def test_what_was_read_is_read_again_five_times_as_fast(million):
    """From one file for each array, which is mapped."""
    place, _ = million
    code = (
        "from time import perf_counter as now; from mnist_compare.data import load_dataset; begin = now(); "
        f"data = load_dataset({str(place)!r}); print(now() - begin, data.fingerprint)"
    )
    seconds, fingerprints = [], []
    for _ in range(2):
        ended = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "MNIST_COMPARE_CACHE": str(million[1])},
            capture_output=True,
            text=True,
            check=True,
        )
        taken, fingerprint = ended.stdout.split()
        seconds.append(float(taken))
        fingerprints.append(fingerprint)
    sys.stdout.write(f"read in {seconds[0]:.2f} s, and again in {seconds[1]:.2f} s\n")
    assert fingerprints[0] == fingerprints[1]
    assert seconds[0] >= 5 * seconds[1]


@pytest.mark.parametrize("backend", ["torch", "keras", "paddle"])
def test_memory_is_that_of_the_pixels_and_a_gibibyte(million, tmp_path, backend):
    """In the program and in its worker, which trains on all images."""
    place, _ = million
    command = (
        "-m",
        "mnist_compare",
        *ASKED,
        "--backends",
        backend,
        "--dataset",
        str(place),
        "-o",
        str(tmp_path / "out"),
    )
    peak, seconds = run(million, *command)
    record = json.loads((tmp_path / "out" / "results.jsonl").read_text())
    worker = record["peak_memory_bytes"]
    told = f"program and worker at most {peak / 1e6:,.0f} MB, the worker {worker / 1e6:,.0f} MB; {seconds:.0f} s"
    sys.stdout.write(f"{backend}: {told}\n")
    assert record["test_accuracy"] > 0.99
    assert max(peak, worker) <= PIXELS + GIB
