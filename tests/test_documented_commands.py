"""Every command that the README and the pages show is run as it stands, on few images; or it is known why not."""

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from documents import PROGRAM, ROOT, SHELLS, command_lines, distinct, inline_commands, place
from PIL import Image

from mnist_compare.backend import backends

ELSEWHERE = {
    r"make compare$": "installs gigabytes; the command that it ends with stands in README, and is run here",
    r"make test$": "runs this test",
    r"make docs$": "tests/test_site.py builds the site",
    r"make bench$": "takes an hour: tests/benchmarks/test_quick.py measures the least of it",
    r"make check$": "is the first step of make test",
    r"python3 -m venv |(\.venv/bin/)?pip install ": "needs the network: tests/acceptance/test_wheel.py installs it",
    r"~/\.local/share/mnist-compare/.* -m pip install ": "needs the network, and a GPU to be of use",
    r".* envs create ": "needs the network: tests/interpreters/test_envs.py makes environments",
    r"python -m benchmarks": "measures for minutes or hours: tests/benchmarks/test_quick.py runs the parts of it",
    r"(RAY_AUTH_MODE=\w+ )?ray |.* --engine ray": "needs a cluster: tests/cluster starts one",
    r".* --processes ": "needs two cores, and trains 12 networks: tests/runner/test_data_parallel.py trains some",
    r".* --device gpu": "needs a GPU: docs/gpu.md has what was seen on one",
    r".* --attribute defaults ": "trains 50 networks: tests/runner/test_native_mode.py trains a few of them",
    r".* --seeds 0-29$": "gives the figures of docs/gpu.md, on a GPU",
    r".* bent\.toml ": "needs the package of its page: tests/runner/test_extensions.py installs and trains it",
    r".* DIR$": "DIR stands for a folder of the reader's",
    r"for seed in |.* compare reports/old reports/new": "needs two environments: tests/cli/test_compare.py has one",
    r".* import model\.keras ": "needs a file of another program's: tests/export/test_import.py makes some",
    r".* fetch NAME$": "needs the network: tests/cli/test_fetch.py fetches from a server of its own",
    r".* --dataset ~/cifar": "needs the files of CIFAR-10: tests/cli/test_changed_images.py has such images",
    r"python -m mnist_compare serve$": "runs until Ctrl-C: tests/serve starts servers",
    r".* certify --self-test ": "takes minutes: tests/certify_selftest/test_self_test_command.py runs it",
}
"""Commands that are not run here, as a pattern of how they begin: the reason, or what runs them."""

FEW = {
    "run": "--train-size 100 --test-size 50 --epochs 1",
    "certify": "--train-size 300 --steps 2",
    "sweep": "--dry-run",
    "tune": "--dry-run",
}
"""By command: what keeps it short. Of an option that is given twice, the last counts."""


def commands():
    """Every distinct command of the documents."""
    shown = [line for _, match in distinct(*SHELLS) for line in command_lines(match)]
    return list(dict.fromkeys([*shown, *inline_commands()]))


def sequences():
    """The commands of each block that are run here, in their order; each command in running text is alone."""
    found = [(place(path, match), command_lines(match)) for path, match in distinct(*SHELLS)]
    found += [(f"{path.relative_to(ROOT)}: {line}", [line]) for line, path in inline_commands().items()]
    kept = [(name, [line for line in lines if not why_not(line)]) for name, lines in found]
    return [pytest.param(lines, id=name) for name, lines in kept if lines]


def why_not(line):
    """The reason for which a command is not run here; "" where it is."""
    return next((reason for pattern, reason in ELSEWHERE.items() if re.match(pattern, line)), "")


def shortened(line):
    """A command of the program with this Python in place of its own, on few images."""
    match = PROGRAM.match(line)
    words = match["arguments"].split()
    name = "run" if not words or words[0].startswith("-") else words[0]
    few = "" if "--ledger" in words else FEW.get(name, "")
    return f"{sys.executable} -m mnist_compare {line[match.start('arguments') :]} {few}"


STATE_FILE = """
import torch
from mnist_compare_torch import TorchExperiment
torch.save(TorchExperiment({network!r}).framework_model().state_dict(), {name!r})
"""
STATE_FILES = {"theirs.pt": "cnn", "resnet18.pth": "resnet18_imagenet"}
IMAGES = ("letters.npz", "clothes.npz")
RECIPE = "reports/reference/augmented.toml"


def make_named(folder, line, mnist):
    """Make the files, large or slow to make, that this command names."""
    for name in IMAGES:
        if name in line:
            parts = {"train": mnist.train_images, "test": mnist.test_images}
            images = {f"x_{part}": images[:300, 0] for part, images in parts.items()}
            labels = {"y_train": mnist.train_labels[:300], "y_test": mnist.test_labels[:300]}
            np.savez(folder / name, **images, **labels)
    for name, network in STATE_FILES.items():
        if f" {name} " in line:
            subprocess.run(
                [sys.executable, "-c", STATE_FILE.format(network=network, name=name)], cwd=folder, check=True
            )
    if f" {RECIPE} " in line:
        (folder / RECIPE).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / RECIPE, folder / RECIPE)
    if "--from reports/cnn-digits" in line:
        command = "python -m mnist_compare -b numpy -a cnn --no-retime --no-report --output reports/cnn-digits"
        subprocess.run(shortened(command).split(), cwd=folder, check=True)


@pytest.fixture
def folder(tmp_path, mnist):
    """A folder with the files that the documents' commands name."""
    for name, index in (("digit.png", 0), ("photo.jpg", 1)):
        image = Image.fromarray(255 - mnist.test_images[index, 0]).resize((224, 224))
        image.save(tmp_path / name)
    for name, size in (("train.csv", 300), ("test.csv", 20)):
        labels = mnist.train_labels[:size, None] if name == "train.csv" else mnist.train_labels[:size, None][:, :0]
        rows = np.hstack([labels, mnist.train_images[:size].reshape(size, -1)])
        header = ",".join(["label"] * labels.shape[1] + [f"pixel{i}" for i in range(784)])
        np.savetxt(tmp_path / name, rows, "%d", ",", header=header, comments="")
    pages = {"network.md": "my_net.toml", "sweeps.md": "rates.toml", "augmentation.md": "mine.toml"}
    pages |= {"tune.md": "space.toml"}
    for name, file in pages.items():
        page = (ROOT / "docs" / name).read_text()
        (tmp_path / file).write_text(re.search(r"^```toml\n(.*?)^```$", page, re.M | re.S)[1])
    return tmp_path


def test_every_command_is_run_or_has_a_reason():
    """No command of the documents is of a kind that nobody runs, and no reason stands for a command that is gone."""
    assert [line for line in commands() if not why_not(line) and not PROGRAM.match(line)] == []
    assert [pattern for pattern in ELSEWHERE if not any(re.match(pattern, line) for line in commands())] == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("lines", sequences())
def test_commands_of_the_documents_run(lines, folder, mnist):
    """Whoever types the commands of a block, one after the other, sees each of them succeed."""
    named = {name for name in backends() if re.search(rf"--backends \S*\b{name}\b", " ".join(lines))}
    tools = re.findall(r" --to (\w+)", " ".join(lines))
    missing = [name for name in named if backends()[name].missing()]
    if missing := [*missing, *(name for name in tools if find_spec(name) is None)]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    if " predict " in lines[0]:
        lines = ["python -m mnist_compare --backends numpy --architectures mlp", *lines]
    for line in lines:
        make_named(folder, line, mnist)
        done = subprocess.run(
            [shutil.which("bash") or "sh", "-c", shortened(line)],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
