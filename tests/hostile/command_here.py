"""The command line within this process: as `python -m mnist_compare` runs it, but for what takes seconds.

Workers are called and not started, and train in the reference alone; `mnist` is a part of itself; nothing is drawn.
"""

import io
import signal
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from types import SimpleNamespace

from mnist_compare import cli
from mnist_compare.data import load_dataset
from mnist_compare.document.rendered import Rendered
from mnist_compare.errors import BackendError

LOADERS = ("runner.plan", "runner.data_spec", "certify.plan", "cli.samples")


def prepare(monkeypatch, small):
    """Take the place of what takes seconds; `small` is what `mnist` stands for."""
    monkeypatch.setenv("MNIST_COMPARE_ENGINE", "inline")
    for name in LOADERS:
        monkeypatch.setattr(f"mnist_compare.{name}.load_dataset", lambda s: small if s == "mnist" else load_dataset(s))
    monkeypatch.setattr("mnist_compare.interpreters.creation._call", make_nothing)
    monkeypatch.setenv("MNIST_COMPARE_ENVS", "../envs")
    monkeypatch.setattr("mnist_compare.report.figures.write_figures", lambda records, folder, check: {})
    monkeypatch.setattr("mnist_compare.certify.figure.write_figures", lambda certificate, folder, check: {})
    monkeypatch.setattr("mnist_compare.report.samples.draw", lambda figure: Rendered(b"", b""))


def make_nothing(command, failed, advice, on_line=None):
    """What pip says where it fails, which is several lines."""
    raise BackendError(f"{failed}:\n  ERROR: no such thing\n\n  ERROR: really\n{advice}")


def call(arguments, cwd):
    """Exit code, stdout and stderr of the command; an exception that it does not catch is raised."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    before, sys.argv = sys.argv, ["mnist_compare", *arguments]
    try:
        with chdir(cwd), redirect_stdout(out), redirect_stderr(err):
            try:
                cli.main()
                code = 0
            except SystemExit as end:
                code = end.code or 0
    finally:
        sys.argv = before
        for number, handler in handlers.items():
            signal.signal(number, handler)
    told = []
    for stream in (out, err):
        stream.flush()
        told.append(stream.buffer.getvalue().decode())
    return SimpleNamespace(code=code, out=told[0], err=told[1])
