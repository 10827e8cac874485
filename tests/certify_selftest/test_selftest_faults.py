"""The planted faults and the self-test of certificates, on the reference alone."""

import msgspec
import numpy as np
import pytest

from mnist_compare.certify import selftest
from mnist_compare.certify.fault import Fault
from mnist_compare.certify.selftest import Reference, judge, read_recorded, record, record_cases, reference
from mnist_compare.certify.selftest_words import self_test_sentences, self_test_table
from mnist_compare.certify.smallcase import CASES, FAULT_CASES
from mnist_compare.document.words import NOTHING
from mnist_compare.errors import BackendError
from mnist_compare_numpy import NumpyExperiment
from mnist_compare_numpy.faults import FAULTS, layers, updates
from mnist_compare_numpy.faults.experiments import with_module, with_rule

FEWEST = 30


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """What the reference leaves of all small cases, trained a second time."""
    folder = tmp_path_factory.mktemp("numpy")
    return read_recorded(folder, record_cases(NumpyExperiment, "numpy", folder))


@pytest.fixture(scope="module")
def self_test(trained):
    """The self-test of the reference by itself."""
    return judge({"numpy": trained})


def backend_with(plant, folder):
    """What a backend leaves that is the reference with a fault."""
    return read_recorded(folder, record_cases(plant, "theirs", folder))


def test_every_planted_fault_is_caught(self_test):
    """A certificate fails for each of the planted faults, and passes where there is none."""
    test = self_test
    assert [catch.fault for _, catch in test.missed] == []
    assert test.mismatched == []
    assert test.passed
    assert len(test.catches["numpy"]) == len(FAULTS) >= FEWEST
    assert self_test_sentences(test) == [
        f"{len(FAULTS)} of {len(FAULTS)} planted faults caught; without a fault all pairs pass."
    ]


def test_faults_are_told_apart():
    """Every fault has a name of its own, and a case that there is."""
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names)
    assert {fault.case for fault in FAULTS} == FAULT_CASES.keys()


@pytest.mark.parametrize(
    ("fault", "step", "quantity"),
    [
        ("learning rate in the velocity", 2, "slot"),
        ("schedule late by one step", 2, "weight"),
        ("last batch dropped", 4, "gradient"),
        ("smaller batch divided by the full size", 4, "gradient"),
        ("dropout's mask of the step before", 2, "gradient"),
        ("running variance unbiased", 1, "statistic"),
        ("statistics of the batch in evaluation", 12, "logits"),
        ("dropout in evaluation", 12, "logits"),
        ("loss of a sample cut at 64", 1, "loss"),
    ],
)
def test_a_fault_shows_where_it_acts(self_test, fault, step, quantity):
    """The certificate names the first step and the quantity that a fault can reach, which is where to look for it."""
    (catch,) = [catch for catch in self_test.catches["numpy"] if catch.fault == fault]
    assert (catch.step, catch.quantity) == (step, quantity)


def test_gradients_as_small_as_epsilon(trained):
    """There is a case with gradients about as small as Adam's epsilon, so that its place in the formula matters."""
    gradients = np.abs(trained["faint"]["1/gradient/linear1.weight"])
    epsilon = FAULT_CASES["faint"].recipe.optimizer.epsilon
    assert 0.01 * epsilon < np.median(gradients[gradients > 0]) < epsilon


def test_a_case_in_which_losses_hide_nothing(trained):
    """There is a case where a sample's loss is above 64, at which Paddle cuts it."""
    assert trained["bright"]["loss"].max() > 64


def planted(fault):
    """The reference's traces, with only one fault beside the healthy ones."""
    known = reference()
    path = fault.name.replace(" ", "-")
    trace = record(fault.plant, "numpy", CASES[fault.case], known.path / path)
    return Reference(known.name, known.healthy, ((fault, trace),), known.folder)


def test_a_fault_that_no_certificate_sees_is_told(trained, monkeypatch):
    """A self-test that does not catch a fault has failed, and says which: it cannot pass by looking away."""
    known = planted(Fault("nothing at all", "none", "dense", NumpyExperiment))
    monkeypatch.setattr(selftest, "reference", lambda: known)
    test = judge({"numpy": trained})
    assert not test.passed
    assert self_test_sentences(test)[0] == "0 of 1 planted fault caught; without a fault all pairs pass."
    assert "Not caught in numpy: nothing at all (dense)." in self_test_sentences(test)
    assert self_test_table(test).rows == (("nothing at all", NOTHING, "NOT CAUGHT", "numpy"),)


@pytest.mark.parametrize(
    ("plant", "case"),
    [(with_rule(updates.epsilon_before_correction), "faint"), (with_module(layers.UnbiasedVariance), "maps")],
    ids=["an optimizer", "a layer"],
)
def test_a_wrong_backend_does_not_pass(plant, case, tmp_path):
    """A backend that has a fault itself is apart from the reference without one, and the case is named."""
    test = judge({"theirs": backend_with(plant, tmp_path)})
    assert not test.passed
    assert case in {pair.case for pair in test.mismatched}
    beginning = f"Without a fault theirs and reference part in {case}, at step "
    assert any(sentence.startswith(beginning) for sentence in self_test_sentences(test))


def test_refused_and_failed_cases_are_told_apart(tmp_path):
    """A case that a backend refuses is left out of its self-test; one that it fails in makes the self-test fail."""

    class Limited(NumpyExperiment):
        def build(self):
            if self.architecture.name == "maps":
                raise BackendError("no maps")
            super().build()

    class Broken(Limited):
        def train(self, images, targets, steps):
            if self.architecture.name == "number":
                raise ZeroDivisionError("by nothing")
            return super().train(images, targets, steps)

    for kind, passed in ((Limited, True), (Broken, False)):
        folder = tmp_path / kind.__name__
        folder.mkdir()
        test = judge({"theirs": backend_with(kind, folder)})
        assert test.passed is passed
        assert not {"maps"} & {catch.case for catch in test.catches["theirs"]}
        assert "theirs refuses maps: its faults were not tried there." in self_test_sentences(test)
    assert "theirs failed in number: ZeroDivisionError: by nothing" in self_test_sentences(test)


def test_a_self_test_is_data(trained):
    """The result can be written as JSON, with step, quantity and array of every catch."""
    found = msgspec.json.decode(msgspec.json.encode(judge({"numpy": trained})))
    assert found["catches"]["numpy"][0].keys() == {"fault", "topic", "case", "step", "quantity", "array", "verdict"}
