"""Prepares the command line within this process to do without what takes seconds.

Workers are called and not started, and train in the reference alone; `mnist` is a part of itself; nothing is drawn.
"""

from mnist_compare.data import load_dataset
from mnist_compare.document.rendered import Rendered
from mnist_compare.errors import BackendError

LOADERS = ("data.part", "cli.samples")


def prepare(monkeypatch, small):
    """Take the place of what takes seconds; `small` is what `mnist` stands for."""
    monkeypatch.setenv("MNIST_COMPARE_ENGINE", "inline")

    def load(source, changes=None):
        if source != "mnist":
            return load_dataset(source, changes)
        return small if changes is None else small.changed(changes)

    for name in LOADERS:
        monkeypatch.setattr(f"mnist_compare.{name}.load_dataset", load)
    monkeypatch.setattr("mnist_compare.interpreters.creation._call", make_nothing)
    monkeypatch.setenv("MNIST_COMPARE_ENVS", "../envs")
    monkeypatch.setattr("mnist_compare.report.figures.write_figures", lambda records, folder, check: {})
    monkeypatch.setattr("mnist_compare.certify.figure.write_figures", lambda certificate, folder, check: {})
    monkeypatch.setattr("mnist_compare.report.samples.draw", lambda figure: Rendered(b"", b""))


def make_nothing(command, failed, advice, on_line=None):
    """What pip says where it fails, which is several lines."""
    raise BackendError(f"{failed}:\n  ERROR: no such thing\n\n  ERROR: really\n{advice}")
