"""`certify --self-test` as a user meets it."""

import json

import pytest
from third_party import add_backend, run_cli

FAULTY = "self.optimizer = self.recipe.optimizer"  # with constants that are not rounded


@pytest.mark.slow  # the faults are judged in test_selftest_faults as well
def test_the_reference_by_itself(tmp_path):
    """The self-test prints where each fault was caught and how many were, and leaves with exit code 0."""
    code, out, err = run_cli("certify", "--self-test", "--backends", "numpy", cwd=tmp_path, installed=tmp_path)
    assert code == 0, out + err
    lines = [line.strip() for line in out.splitlines() if line.strip()]
    count = sum(line.endswith("numpy") for line in lines)
    assert count >= 30
    assert lines[-1] == f"{count} of {count} planted faults caught; without a fault all pairs pass."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--self-test", "--architectures", "nonsense", "--steps", "3"), "--self-test takes no --architectures and no"),
        (
            ("--self-test", "--json", "-b", "numpy", "-o", "out"),
            "--self-test takes no --output. Leave --self-test out,",
        ),
        (("--ledger", "--backends", "numpy"), "--ledger takes no --backends. Leave --ledger out"),
        (("--ledger", "--json"), "--ledger takes no --json"),
        (("--ledger", "--self-test"), "--ledger takes no --self-test"),
    ],
)
def test_options_that_would_be_ignored_are_refused(tmp_path, arguments, words):
    """Options that --self-test or --ledger do nothing with end with exit code 2, and are named."""
    code, out, err = run_cli("certify", *arguments, cwd=tmp_path, installed=tmp_path)
    assert (code, out) == (2, "")
    assert words in " ".join(err.split())


@pytest.mark.slow
def test_a_backend_with_a_fault(tmp_path):
    """A backend that is not the same training makes the self-test end with exit code 1, as JSON too."""
    add_backend(tmp_path, "theirs", FAULTY)
    code, out, _ = run_cli("certify", "--self-test", "--backends", "theirs", "--json", cwd=tmp_path, installed=tmp_path)
    assert code == 1
    apart = {pair["case"] for pair in json.loads(out)["pairs"] if pair["gaps"]["verdict"] == "differ"}
    assert "number" in apart


@pytest.mark.slow
def test_a_worker_that_dies(tmp_path):
    """A backend whose process dies is told with the reason, and is not taken for one that passed."""
    add_backend(tmp_path, "theirs", "os._exit(5)")
    code, out, _ = run_cli("certify", "--self-test", "--backends", "theirs", cwd=tmp_path, installed=tmp_path)
    assert code == 1
    assert "exit code 5" in " ".join(out.split())
