"""Records as the runner writes them, made of synthetic outputs instead of trained networks."""

from __future__ import annotations

from typing import Any

import numpy as np

from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.experiment.evaluation import Evaluation, evaluate_outputs
from mnist_compare.recipe import RECIPES, Recipe
from mnist_compare.records.record import Record, Status
from mnist_compare.records.spec import DataSpec, RunSpec
from mnist_compare.records.timing import Times

TEST_SIZE = 500
MACHINE = {"cpu": "Example CPU", "physical_cores": 8, "memory_bytes": 16_000_000_000}


def make_evaluation(recipe: Recipe, noise: float, seed: int = 0) -> Evaluation:
    """The evaluation of outputs that are right but for noise of that standard deviation."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 10, TEST_SIZE)
    if recipe.loss == "mean_squared_error":
        outputs = labels[:, None] + generator.normal(0, 5 * noise, (TEST_SIZE, 1))
    else:
        outputs = 4 * np.eye(10)[labels] + generator.normal(0, 4 * noise, (TEST_SIZE, 10))
    return evaluate_outputs(outputs, labels, recipe.loss)


def make_history(recipe: Recipe, epochs: int, noise: float, seconds: float, seed: int) -> list[EpochResult]:
    history = []
    for epoch in range(1, epochs + 1):
        test = make_evaluation(recipe, noise * (1 + 1.5 / epoch), seed)
        steps = [test.loss * (1 + 0.4 / (epoch + step / 4)) for step in range(4)]
        history.append(
            EpochResult(
                epoch=epoch,
                train_loss=0.8 * test.loss,
                train_accuracy=min(1.0, test.accuracy + 0.01),
                test_loss=test.loss,
                test_accuracy=test.accuracy,
                validation_loss=None,
                validation_accuracy=None,
                train_seconds=seconds,
                evaluation_seconds=0.1 * seconds,
                checkpoint_seconds=0.01,
                learning_rate=0.001,
                loss_every=100,
                step_losses=steps,
            )
        )
    return history


def make_record(
    backend: str = "torch",
    architecture: str = "cnn",
    *,
    seed: int = 0,
    status: Status = Status.DONE,
    reason: str = "",
    epochs: int = 3,
    noise: float = 0.3,
    seconds: float = 2.0,
    device: str = "cpu",
    mode: str = "matched",
    recipe: Recipe | None = None,
    test_size: int = TEST_SIZE,
    **changes: Any,
) -> Record:
    """A run of `epochs` epochs of that many seconds each, on a test set that is said to be of `test_size` images;
    `changes` replace fields of the record.
    """
    network = ARCHITECTURES[architecture].alone
    recipe = recipe or RECIPES[str(network.recipe)]
    spec = RunSpec(backend, network, recipe, DataSpec("mnist", "0" * 64, 24_000, test_size), seed, mode, device, 4)
    done = status is Status.DONE
    history = make_history(recipe, epochs, noise, seconds, seed)
    test = make_evaluation(recipe, noise, seed) if done else None
    values: dict[str, Any] = {
        "key": f"{backend}-{architecture}-{mode}-{device}-{seed}",
        "backend": backend,
        "architecture": architecture,
        "recipe": recipe.name,
        "seed": seed,
        "mode": mode,
        "precision": recipe.precision,
        "status": status,
        "reason": reason,
        "used_device": device,
        "used_threads": 4,
        "parameters": network.parameter_count,
        "epochs": epochs,
        "test_accuracy": test.accuracy if test else None,
        "test_loss": test.loss if test else None,
        "train_accuracy": history[-1].train_accuracy if done and history else None,
        "train_loss": history[-1].train_loss if done and history else None,
        "train_seconds": epochs * seconds if done else None,
        "images_per_second": 24_000 / seconds if done else None,
        "weights": f"weights/{backend}-{seed}.safetensors" if done else None,
        "weights_sha256": "ab" * 32 if done else None,
        "spec": spec,
        "history": history,
        "test": test,
        "times": Times(0.2, 1.5, 0.3, 0.4, 0.25, epochs * seconds, 0.6, 0.03),
        "peak_memory_bytes": 512_000_000 if done else None,
        "device_memory_bytes": None,
        "versions": {"python": "3.11.9", backend: "2.4.1"},
        "machine": MACHINE,
        "started": "2025-01-01T10:00:00Z",
        "finished": "2025-01-01T10:01:00Z",
    }
    return Record(**(values | changes))
