"""Recurrent, attention and nested networks go on from a checkpoint in a new process to the bits of no interruption."""

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from mnist_compare.backend import find_backend

PROGRAM = Path(__file__).with_name("going_on.py")
CASES = [
    "/".join(case)
    for case in product(("rnn", "gru", "lstm", "vit", "nested"), ("matched", "native"), ("eager", "compiled"))
    if case[:2] != ("nested", "native")  # a framework's own dropout does not go on with the same masks
]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def train(backend, phase, folder):
    """What the phase leaves of all cases, trained by two threads in a new process."""
    process = subprocess.run(
        [sys.executable, str(PROGRAM), backend, phase, str(folder), *CASES],
        env=os.environ | find_backend(backend).environment(2),
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-6000:]
    return json.loads(process.stdout.splitlines()[-1])


@pytest.fixture(scope="module", params=["torch", "keras", "paddle"])
def trained(request, tmp_path_factory):
    """The checksums of each case: trained whole, trained whole once more, and gone on with."""
    folder = tmp_path_factory.mktemp(request.param)
    found = [train(request.param, "whole", folder / place) for place in ("trained", "again")]
    train(request.param, "stopped", folder / "trained")
    return *found, train(request.param, "resumed", folder / "trained")


@pytest.mark.parametrize("case", CASES)
def test_a_training_is_repeated_to_the_same_bits(trained, case):
    """The same training in another process ends with the same checkpoint."""
    whole, again, _ = trained
    assert again[case] == whole[case]


@pytest.mark.parametrize("case", CASES)
def test_a_training_goes_on_to_the_same_bits(trained, case):
    """Stopped in an epoch or after one, and loaded in another process, it ends with the same checkpoint."""
    whole, _, resumed = trained
    assert resumed[case] == 2 * whole[case]
