"""check_backend on backends that are right, wrong, limited or dead."""

import numpy as np
import pytest

from mnist_compare.backend import find_backend
from mnist_compare.errors import UsageError
from mnist_compare.testing import CheckFailed, check_backend
from mnist_compare_numpy import NumpyExperiment
from mnist_compare_numpy.faults import FAULTS


class Uncopied(NumpyExperiment):
    def weights(self):
        return {f"{name}.{key}": array for name, m in self.modules.items() for key, array in m.arrays.items()}


class Forgetful(NumpyExperiment):
    def restore(self, weights, optimizer_state):
        super().restore(weights, None)


class Misshapen(NumpyExperiment):
    def logits(self, images):
        return super().logits(images).astype(np.float32)


class Talkative(NumpyExperiment):
    def train(self, images, targets, steps):
        return np.full(2, super().train(images, targets, steps)[0])


class Judge(NumpyExperiment):
    def evaluate(self, *arguments, **options):
        return None


class Hasty(NumpyExperiment):
    def outputs(self, images, count):
        return self.logits(images[:count]) * (count < 100)


class Unfinished(NumpyExperiment):
    def optimizer_state(self):
        raise NotImplementedError("later")


class Impolite(NumpyExperiment):
    def build(self):
        if self.mode == "native":
            raise ValueError("what is that?")
        super().build()


WRONG = {
    Uncopied: "weights() and optimizer_state() give copies (maps): conv1.bias is off by",
    Forgetful: "weights and optimizer come out as they went in (maps): conv1.bias.momentum is off by",
    Misshapen: "(maps): they are float32 [40, 10], where float64 [40, 10] is right",
    Talkative: "where a list of one finite loss is right",
    Judge: "the interface: Judge replaces evaluate, which all backends share so that all are alike",
    Hasty: "the outputs of many images are the logits of their batches (maps): the array is off by",
    Unfinished: "weights and optimizer come out as they went in (maps): it raises NotImplementedError: later",
    Impolite: "it refuses what it cannot do with a BackendError (maps): it raises ValueError: what is that?",
}


SLOW = pytest.mark.slow  # that a class is taken is shown below

# Faults that do not hide each other are found in one backend.
TOGETHER = ((Uncopied, Judge, Impolite, Hasty), (Forgetful, Misshapen), (Talkative,), (Unfinished,))


@pytest.mark.parametrize("backend", [pytest.param(NumpyExperiment, marks=SLOW), find_backend("numpy")])
def test_the_reference_passes_in_this_process(backend):
    """A class, or a Backend, is checked without a process of its own, and the reference passes."""
    result = check_backend(backend).raise_for_failures()
    assert result.findings == ()
    assert (result.backend, result.caught, result.faults) == ("numpy", len(FAULTS), len(FAULTS))
    assert str(result) == f"Backend 'numpy' passed; {len(FAULTS)} of {len(FAULTS)} planted faults caught."


@pytest.mark.parametrize("kinds", TOGETHER, ids=lambda kinds: "-".join(kind.__name__ for kind in kinds))
def test_what_is_wrong_is_said(kinds):
    """A backend that breaks promises fails, and the message says each, of which network, and how."""
    result = check_backend(type("Judge", kinds, {}))
    assert not result.passed
    with pytest.raises(CheckFailed) as caught:
        result.raise_for_failures()
    assert [kind for kind in kinds if WRONG[kind] not in str(caught.value)] == []


def test_no_fault_is_left_out():
    """Each of them is in a backend that is checked."""
    assert {kind for kinds in TOGETHER for kind in kinds} == WRONG.keys()


def test_a_name_that_is_not_installed():
    """A misspelt name is a UsageError with the nearest one, not a backend that fails."""
    with pytest.raises(UsageError, match="Did you mean 'numpy'"):
        check_backend("nunpy")
