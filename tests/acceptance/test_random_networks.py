"""Certificates of networks that nobody has written with care, and of Keras with Keras's own form of Adam."""

import json
import os
import shutil
from pathlib import Path

import pytest
from commands import FRAMEWORKS, run
from framework_backends import describe_framework
from random_networks import random_networks, write

from mnist_compare import Adam, Architecture, Flatten, Linear, Recipe

pytestmark = pytest.mark.slow

SEEDS = [int(seed) for seed in os.environ.get("RANDOM_NETWORKS", "1,2").split(",")]
KERAS_FORM = """
import tensorflow as tf
from mnist_compare_keras.experiment import KerasExperiment
from mnist_compare_keras.optimizers import MatchedAdam
from kerasform_backend import BACKEND


def update_step(self, gradient, variable, learning_rate):
    first, second = (self.slot(name, variable).value for name in ("first_moment", "second_moment"))
    first.assign_add((gradient - first) * (1 - self.recipe.beta1))
    second.assign_add((tf.square(gradient) - second) * (1 - self.recipe.beta2))
    number = tf.cast(self.number, tf.float64)
    corrections = [1 - tf.pow(tf.constant(beta, tf.float64), number) for beta in (self.recipe.beta1, self.recipe.beta2)]
    root = tf.sqrt(second / corrections[1])
    variable.assign_sub(self.rate * (first / corrections[0]) / (root + self.recipe.epsilon))


MatchedAdam.update_step = update_step


class Theirs(KerasExperiment):
    backend = BACKEND
"""


def certify(folder: Path, networks: list[Path], backends: str = FRAMEWORKS, steps: int = 12) -> dict:
    """The certificate of the networks, whatever it says."""
    asked = ("--architectures", ",".join(map(str, networks)), "--steps", str(steps), "--train-size", "2000")
    done = run("certify", "--backends", backends, *asked, "--output", folder / "out")
    assert done.returncode in (0, 1, 3), done.stderr
    return json.loads((folder / "out" / "certificate.json").read_text())


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_healthy_pair_differs(seed, tmp_path):
    """Of twelve random networks and recipes no pair is called different, whatever rounding makes of them."""
    certificate = certify(tmp_path, [write(network, tmp_path) for network in random_networks(12, seed)])
    verdicts = [pair["verdict"] for pair in certificate["pairs"]]
    print({verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))})  # noqa: T201
    assert len(verdicts) == 72
    assert "differ" not in verdicts
    assert verdicts.count("match") > 36


@pytest.mark.timeout(600)
def test_the_form_of_keras_is_told_from_rounding(tmp_path):
    """Keras with its own form of the second moment, which only rounds otherwise, is named as the one that differs."""
    installed = tmp_path / "installed"
    describe_framework(installed, "keras", "kerasform")
    (installed / "kerasform_experiment.py").write_text(KERAS_FORM)
    optimizer = Adam(0.001, beta1=0.7, beta2=0.0, epsilon=1e-3)
    recipe = Recipe("single", optimizer=optimizer, batch_size=1, epochs=1)
    network = write(Architecture("single", (Flatten(), Linear(10)), recipe=recipe), tmp_path)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")])
    try:
        certificate = certify(tmp_path, [network], "torch,kerasform,paddle")
    finally:
        os.environ["PYTHONPATH"] = os.environ["PYTHONPATH"].partition(os.pathsep)[2]
        shutil.rmtree(installed)
    for pair in certificate["pairs"]:
        assert (pair["verdict"] == "differ") == ("kerasform" in (pair["a"], pair["b"])), pair
    told = (tmp_path / "out" / "certificate.md").read_text()
    assert "otherwise than torch, paddle and numpy, which agree" in told
