"""Runs the command line as a user does: in a process of its own, in a folder of its own."""

import os
import subprocess
import sys

SMALL = ("--threads", "1", "--train-size", "200", "--test-size", "100", "--epochs", "1")
LINEAR = ("run", "--backends", "numpy", "--architectures", "linear", *SMALL)


def run_cli(*arguments, cwd, report=False, **variables):
    """The finished process of `python -m mnist_compare ARGUMENTS`; its output is text of 200 columns.

    `run` makes no `report` unless that is looked at: it takes longer than such small trainings.
    """
    if arguments[0] == "run" and not report:
        arguments = (*arguments, "--no-report")
    return subprocess.run(
        [sys.executable, "-m", "mnist_compare", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


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
