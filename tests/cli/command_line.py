"""Runs the command line as a user does: in a process of its own, in a folder of its own."""

import os
import subprocess
import sys
from types import SimpleNamespace
from unittest.mock import patch

import in_process

SMALL = ("--threads", "1", "--train-size", "200", "--test-size", "100", "--epochs", "1")
LINEAR = ("run", "--backends", "numpy", "--architectures", "linear", *SMALL)


def run_cli(*arguments, cwd, report=False, **variables):
    """The finished process of `python -m mnist_compare ARGUMENTS`; its output is text of 200 columns.

    `run` makes no `report` unless that is looked at: it takes longer than such small trainings.
    """
    return subprocess.run(
        [sys.executable, "-m", "mnist_compare", *with_report(arguments, report)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def run_here(*arguments, cwd, report=False, **variables):
    """The same without a process or workers, for what shows itself without: a start of Python takes longer."""
    given = {"COLUMNS": "200", "MNIST_COMPARE_ENGINE": "inline", **variables}
    with patch.dict(os.environ, given):
        ended = in_process.call(with_report(arguments, report), cwd)
    return SimpleNamespace(returncode=ended.code, stdout=ended.out, stderr=ended.err)


def with_report(arguments, report):
    """The words of a command, of which `run` makes no report unless that is looked at."""
    return [*map(str, arguments), *(["--no-report"] if arguments[0] == "run" and not report else [])]


def refusal(result):
    """The message of a command that did nothing but say what is wrong, on one line."""
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith(("Error:", "Usage:"))
    message = result.stderr[result.stderr.index("Error:") :]
    assert "\n\n" not in message.strip()
    return " ".join(message.split())


def contents(folder):
    """Every file below the folder, by its bytes."""
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
