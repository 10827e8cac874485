import inspect
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from mnist_compare import Adam, Architecture, Flatten, Linear, MaxPooling, Recipe, Step, compare
from mnist_compare.errors import MnistCompareError, UsageError
from mnist_compare.runner.plan import Plan
from mnist_compare.runner.request import Request

TINY = Architecture("tiny", (MaxPooling(4), Flatten(), Linear(10)))


@pytest.fixture
def specs(small, tmp_path, monkeypatch):
    """The specs of the runs that such a call of compare plans; nothing is trained."""
    monkeypatch.chdir(tmp_path)
    planned: list[Plan] = []

    def keep(plan, *_, **__):
        planned.append(plan)
        return []

    monkeypatch.setattr("mnist_compare.library.run_comparison", keep)

    def call(*arguments, **options):
        compare(*arguments, **{"dataset": small, "progress": False} | options)
        return [run.spec for run in planned[-1].runs]

    return call


def test_the_signature_shows_every_option():
    """Each option is a parameter with the default that the program uses, so that help and completion show it."""
    parameters = inspect.signature(compare).parameters
    defaults = {field.name: field.default for field in msgspec.structs.fields(Request)}
    shown = {name: parameters[name].default for name in defaults if name != "python"}
    assert shown == {name: default for name, default in defaults.items() if name != "python"}
    documented = re.findall(r"^ {4,8}([a-z_, ]+):", inspect.getdoc(compare), re.MULTILINE)
    assert {name for names in documented for name in names.split(", ")} >= parameters.keys() - {"others"}


@pytest.mark.parametrize(
    ("arguments", "options", "expected"),
    [
        (("numpy", "mlp"), {}, {"backend": ["numpy"], "seed": [0], "mode": ["matched"]}),
        (("np,numpy", "mlp,linear"), {}, {"backend": ["numpy", "numpy"]}),
        ((("NumPy",), TINY), {"mode": "native", "seed": 3}, {"mode": ["native"], "seed": [3]}),
        (("numpy", TINY), {"modes": "matched,native"}, {"mode": ["matched", "native"]}),
        (("numpy", TINY), {"modes": "both"}, {"mode": ["matched", "native"]}),
        (("numpy", TINY), {"mode": "both"}, {"mode": ["matched", "native"]}),
        (("numpy", TINY), {"modes": ["native", "both"]}, {"mode": ["native", "matched"]}),
        (("numpy", TINY), {"tunings": "plain"}, {"tuning": ["plain"]}),
        (("torch", TINY), {"tuning": "both"}, {"tuning": ["tuned", "plain"]}),
        (("torch", TINY), {"tuning": ["plain", "both"]}, {"tuning": ["plain", "tuned"]}),
        (("numpy", TINY), {"seeds": "0,2-3,"}, {"seed": [0, 2, 3]}),
        (("numpy", TINY), {"seeds": range(2)}, {"seed": [0, 1]}),
        (("numpy", TINY), {"seeds": np.arange(2)}, {"seed": [0, 1]}),
        (("numpy", (each for each in ["mlp"])), {"seeds": (n for n in (5, 6))}, {"seed": [5, 6]}),
        ((), {"backend": "reference", "architecture": Path("tiny.toml")}, {"backend": ["numpy"]}),
        (("numpy",), {"relay": "numpy,np", "architectures": [TINY]}, {"backend": ["numpy", "numpy+numpy"]}),
    ],
)
def test_what_is_plainly_meant_is_taken(specs, arguments, options, expected):
    """One value in place of a list, text with commas, other names of an option or a backend: all are taken."""
    Path("tiny.toml").write_text(
        'name = "t"\n[[layers]]\ntype = "flatten"\n[[layers]]\ntype = "linear"\nfeatures = 10\n'
    )
    found = specs(*arguments, **options)
    assert {field: [getattr(spec, field) for spec in found] for field in expected} == expected


def test_recipes_are_changed_by_values(specs):
    """lr is the learning rate; optimizer and schedule may be values; NumPy's numbers are numbers."""
    (spec,) = specs("numpy", TINY, lr=np.float32(0.5), optimizer="momentum", schedule=Step(1), batch_size=np.int64(7))
    assert (spec.recipe.optimizer.learning_rate, spec.recipe.optimizer.momentum) == (0.5, 0.9)
    assert (spec.recipe.schedule, spec.recipe.batch_size) == (Step(1), 7)
    (spec,) = specs("numpy", TINY, optimizer=Adam(0.01, beta1=0.5), lr=1)
    assert spec.recipe.optimizer == Adam(1, beta1=0.5)


def test_several_values_are_so_many_recipes(specs):
    """Each combination is a recipe of the network; equal ones are trained once, and one value is as before."""
    found = specs("numpy", TINY, lr=[0.1, 0.01, 0.1], optimizer="sgd,adam", batch_size=np.array([32]))
    assert [(type(spec.recipe.optimizer).__name__, spec.recipe.optimizer.learning_rate) for spec in found] == [
        *[("SGD", 0.1), ("SGD", 0.01), ("Adam", 0.1), ("Adam", 0.01)]
    ]
    (same,) = specs("numpy", TINY, schedule=["cosine", "cosine"])
    (alone,) = specs("numpy", TINY, schedule="cosine")
    assert same == alone


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"epoch": 3}, "Unknown option 'epoch'. Did you mean 'epochs'? Valid: backends, architectures, recipe,"),
        ({"learning_rte": 3}, "Did you mean 'learning_rate'?"),
        ({"model": "mlp"}, "Did you mean 'architectures'?"),
        ({"verbose": 1}, "Did you mean 'progress'?"),
        ({"zzz": 3}, "Unknown option 'zzz'. Valid: "),
        ({"others": 3}, "Unknown option 'others'."),
        (
            {"seeds": 3},
            "seeds=3 could mean the seed 3, or how many seeds there are. Write seeds=[3], or seeds=range(3)",
        ),
        ({"seeds": 0}, "Write seeds=[0]."),
        ({"seeds": range(10**12)}, "more than 10,000"),
        ({"seeds": "x"}, "seeds takes whole numbers and ranges"),
        ({"seeds": [0.5]}, "seeds must be a whole number or text or a list of them (it is [0.5])"),
        ({"mode": "nativ"}, "Did you mean 'native'?"),
        ({"mode": "bath"}, "Unknown mode 'bath'. Did you mean 'both'? Valid: matched, native, both."),
        ({"mode": "native", "modes": "matched"}, "mode and modes are the same option"),
        ({"tuning": "plane"}, "Unknown tuning 'plane'. Did you mean 'plain'? Valid: tuned, plain, both,"),
        ({"tuning": "plain", "tunings": "tuned"}, "tuning and tunings are the same option"),
        ({"lr": 0.1, "learning_rate": 0.1}, "lr and learning_rate are the same option"),
        (
            {"batch_size": "64", "threads": 1.5},
            "threads must be a whole number or None (it is 1.5); batch_size must be",
        ),
        ({"batch_size": True}, "batch_size must be a whole number or a list of them or None (it is True)"),
        ({"shuffle": "no"}, "shuffle must be True or False or None (it is 'no')"),
        ({"dataset": 5}, "dataset must be text or a path or a value of Dataset (it is 5)"),
        ({"python": {"numpy": 5}}, "python must be a dict from text to text or a path or None"),
        ({"python": {5: "venv"}}, "python must be a dict from text to text or a path or None (it is {5: 'venv'})"),
        ({"modes": []}, "No mode given. Valid: matched, native, both."),
        ({"modes": range(2)}, "modes must be text or a list of them (it is range(0, 2))"),
        ({"relay": range(2)}, "relay must be text or a list of them"),
        ({"optimizer": {"type": "adam"}}, "optimizer must be text or a value of Adam or a value of AdamW"),
        ({"recipe": Recipe(optimizer={"type": "adam"}), "lr": 0.1}, "Recipe 'custom': optimizer must be a table"),
        ({"subset_seed": 10**400}, "subset_seed must be a whole number (it is a number of more than 64 bits)"),
        ({"learning_rate": 2**99}, "learning_rate must be a number or a list of them or None (it is a number of more"),
        ({"learning_rate": []}, "No learning_rate given."),
        ({"learning_rate": [n / 100 for n in range(1, 40)], "batch_size": range(1, 40)}, "have 1,521 combinations"),
        ({"seeds": [2**64]}, "seeds must be a whole number or text or a list of them"),
        ({"epochs": "3"}, "epochs must be a number or `documented`"),
        ({"optimizer": "Adm"}, "Did you mean 'adam'?"),
        ({"precision": "float16"}, 'precision "float16" is unknown (did you mean "bfloat16"?'),
        ({"normalization": "none"}, 'normalization "none" is unknown'),
        ({"timeout": "3"}, "timeout must be a number or None"),
    ],
)
def test_what_cannot_be_meant_is_told_with_the_right_word(specs, options, told):
    """An option that compare does not have, or a value that it cannot take, is a UsageError that says what is valid."""
    with pytest.raises(UsageError) as caught:
        specs("numpy", TINY, **options)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((5,), "backends must be text or"),
        (("numpy", 5), "architectures must"),
        (("numpy", Architecture(b"x", TINY.layers)), "name must be text in quotes"),
    ],
)
def test_positions_are_checked_too(specs, arguments, told):
    """What is given by position is told by its name."""
    with pytest.raises(MnistCompareError, match=told):
        specs(*arguments)


SCRIPT = """
from mnist_compare import compare
compare("numpy", "linear", train_size=50, test_size=20, epochs=2, threads=1, output="out"{})
"""


def said(tmp_path, options, *, terminal):
    """What a script that compares writes to stderr."""
    command = [sys.executable, "-c", SCRIPT.format(options)]
    if not terminal:
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60).stderr
    master, slave = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(command, cwd=tmp_path, stderr=slave, stdout=subprocess.DEVNULL, env=environment) as process:
        os.close(slave)
        written = b""
        try:
            while block := os.read(master, 10_000):
                written += block
        except OSError:  # the other end is closed
            pass
    os.close(master)
    assert process.returncode == 0, written
    return written.decode()


@pytest.mark.parametrize("options", ["", ", progress=True"])
def test_a_terminal_shows_a_bar(tmp_path, options):
    """In a terminal compare shows a bar with the run's epoch and accuracy."""
    written = said(tmp_path, options, terminal=True)
    assert "1/1 numpy linear seed 0" in written
    assert "\u2501" in written
    assert "acc " in written


def test_silence_and_lines(tmp_path):
    """Silence on request, and where nobody watches; lines where they are asked for; nothing beside an observer."""
    assert said(tmp_path / "..", ", progress=False, name=None", terminal=True) == ""
    assert said(tmp_path, "", terminal=False) == ""
    assert "numpy linear seed 0: already done" in said(tmp_path, ", progress=True", terminal=False)
    observer = ", observer=__import__('mnist_compare').runner.observer.Observer()"
    assert said(tmp_path, observer, terminal=True) == ""


def test_compare_stops_early_and_names_the_best_epoch(tmp_path):
    """The record has the best epoch; its weights are what was tested, and what a report is made of."""
    options = {"train_size": 200, "test_size": 100, "validation": 100, "batch_size": 20, "learning_rate": 0.1}
    comparison = compare(
        "numpy", "mlp", **options, epochs=20, patience=2, monitor="validation_accuracy", output=tmp_path / "early"
    )
    (record,) = comparison.records
    assert record.epochs == record.best_epoch + 2
    assert f"epoch-{record.best_epoch:03d}" in record.weights
    assert record.test.accuracy == record.test_accuracy
    told = (tmp_path / "early" / "report.md").read_text()
    assert f"by validation accuracy the best epoch was {record.best_epoch} (training ended" in told
