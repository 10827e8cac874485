import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import valid_files
from hostile_cases import COUNTS
from PIL import Image

from mnist_compare.architecture.documented import find_architecture
from mnist_compare.certify.certificate import read_certificate
from mnist_compare.data import load_dataset, open_arrays, read_idx
from mnist_compare.data.preparation import Page, raw_digit, read_page
from mnist_compare.errors import ArchitectureError, DataError, MnistCompareError, OutputError
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare.recipe import find_recipe
from mnist_compare.records.results import read_records
from mnist_compare.records.run_state import find_run_state
from mnist_compare.runner.comparison_lock import locked_comparison
from mnist_compare.search.grid import read_grid

PLAN = SimpleNamespace(identity="x", without_seeds="y", runs=())
LAYERS = 'layers = [{type = "flatten"}, {type = "linear", features = 10}]\n'


def lock(folder):
    with locked_comparison(folder, PLAN):
        pass


# The kind of file: its name, who reads it (of which path), and the most bytes that are read.
FILES = {
    "network": ("a.toml", lambda path: find_architecture(str(path)), 100_000),
    "recipe": ("a.toml", lambda path: find_recipe(str(path)), 100_000),
    "sweep": ("a.toml", read_grid, 100_000),
    "IDX": ("train-images-idx3-ubyte", lambda path: read_idx(path, 3), 2_000_000_000),
    "npz": ("a.npz", load_dataset, 2_000_000_000),
    "image": ("a.png", read_page, 100_000_000),
    "checkpoint": ("a.safetensors", read_checkpoint, 8_000_000_000),
    "results": ("results.jsonl", lambda path: read_records(path.parent), 2_000_000_000),
    "comparison": ("comparison.json", lambda path: lock(path.parent), 10_000_000),
    "certificate": ("certificate.json", read_certificate, 500_000_000),
    "statistics": ("statistics.json", lambda path: open_arrays(path.parent), 10_000),
}


@pytest.mark.parametrize(("name", "read", "most"), FILES.values(), ids=FILES)
def test_larger_files_are_refused(tmp_path, name, read, most):
    """A file that is larger than its kind may be is refused by its name and the limit, before it is read."""
    path = tmp_path / name
    path.touch()
    os.truncate(path, most + 1)  # a hole, which takes no room on the disk
    COUNTS["limit"] += 1
    with pytest.raises(MnistCompareError, match=f"{most:,} bytes") as refusal:
        read(path)
    assert name in str(refusal.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.timeout(20)
@pytest.mark.parametrize(("name", "read", "most"), FILES.values(), ids=FILES)
def test_nothing_waits_for_a_pipe(tmp_path, name, read, most):
    """A pipe in the place of a file, into which nobody writes, is refused and not waited for."""
    os.mkfifo(tmp_path / name)
    COUNTS["pipe"] += 1
    with pytest.raises(MnistCompareError):
        read(tmp_path / name)


@pytest.mark.parametrize(("name", "read", "most"), FILES.values(), ids=FILES)
def test_devices_are_not_read(tmp_path, name, read, most):
    """A file that stands for an endless device is refused."""
    (tmp_path / name).symlink_to("/dev/zero")
    COUNTS["device"] += 1
    with pytest.raises(MnistCompareError):
        read(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = 'x'\nlayers = [" + "{type = 'relu'}, " * 1001 + "]", "a network can have 1,000 layers"),
        ("name = 'x'\nlayers = [{type = 'convolution', channels = 100000, kernel = 1}]", "at most 10,000,000 values"),
        (
            "name = 'x'\nlayers = [{type = 'convolution', channels = 1, kernel = 1, padding = 9999, stride = 9999}]",
            "with its padding, the input is 1x20026x20026, where at most 10,000,000 values",
        ),
        ("name = '" + "x" * 101 + "'\n" + LAYERS, "100 bytes at most"),
        ("a." * 101 + "b." * 100 + "c = 1\n" + LAYERS, "line 1 has more than 200 dots"),
    ],
)
def test_networks_that_are_too_large(tmp_path, text, message):
    """A network that no machine could hold is refused by the number that is too large, before it is built."""
    path = tmp_path / "large.toml"
    path.write_text(text)
    with pytest.raises(ArchitectureError, match=message):
        _ = find_architecture(str(path)).shaped_layers


def test_images_that_are_too_wide(tmp_path):
    """A strip of pixels, which would be padded to a square of gigabytes, is refused by the longest side."""
    Image.new("L", (10_001, 1)).save(tmp_path / "strip.png")
    with pytest.raises(DataError, match=r"has 10001 x 1 pixels; .* up to 10,000 on a side"):
        read_page(tmp_path / "strip.png")


def test_an_image_of_two_specks(tmp_path):
    """Ink that vanishes when a large image is made small is no digit."""
    pixels = np.zeros((2000, 2000), np.uint8)
    pixels[0, 0] = pixels[-1, -1] = 255
    Image.fromarray(pixels).save(tmp_path / "specks.png")
    assert read_page(tmp_path / "specks.png") == Page([], 0)
    assert raw_digit(tmp_path / "specks.png").shape == (28, 28)


def test_an_image_that_is_a_program(tmp_path, monkeypatch):
    """An EPS file, which Pillow would have Ghostscript execute, is no image, whatever it is called."""
    tool = tmp_path / "gs"
    tool.write_text(f"#!/bin/sh\ntouch {tmp_path / 'executed'}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    path = tmp_path / "digit.png"
    path.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 28 28\n%%EndComments\nshowpage\n%%EOF\n")
    with pytest.raises(DataError, match="is no image that can be read"):
        read_page(path)
    assert not (tmp_path / "executed").exists()


def test_results_of_too_many_backends(tmp_path):
    """Records of more backends than a figure has room for are refused, before one is drawn."""
    line = valid_files.records()[0]
    lines = [line.replace(b'"backend":"', b'"backend":"%d' % n) for n in range(101)]
    (tmp_path / "results.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(OutputError, match="more than 100 backends"):
        read_records(tmp_path)


def test_a_run_state_that_is_too_large_begins_anew(tmp_path):
    """A file beside a checkpoint that is larger than any can be counts as damaged."""
    (tmp_path / "epoch-001.safetensors").touch()
    (tmp_path / "epoch-001.json").touch()
    os.truncate(tmp_path / "epoch-001.json", 200_000_001)
    assert find_run_state(tmp_path, "key") == (None, ["epoch-001.json"])


@pytest.mark.parametrize("option", [[], ["--toml"], ["--json"]])
def test_a_terminal_without_a_letter(tmp_path, option):
    """Where the terminal does not have a letter of a name, it is written as its number; nothing ends in an error."""
    path = tmp_path / "mine.toml"
    path.write_text("name = '\u4e2d'\n" + LAYERS, encoding="utf-8")
    command = [sys.executable, "-m", "mnist_compare", "show", str(path), *option]
    variables = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, env=variables, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert b"u4e2d" in done.stdout
