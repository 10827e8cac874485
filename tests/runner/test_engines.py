import os
import shlex
import sys
from pathlib import Path

import pytest
from processes import read_lines
from third_party import LINEAR, run_cli

from mnist_compare import compare
from mnist_compare.errors import UsageError
from mnist_compare.host.machine import affinity
from mnist_compare.io.reading import without_home
from mnist_compare.runner.engines import open_engine

ENGINE = """
from mnist_compare.runner.inline_engine import InlineEngine, InlineHandle


class Counting(InlineEngine):
    \"\"\"Does each job in a thread of this process, and writes down which.\"\"\"

    def submit(self, job, setting):
        with open("jobs.txt", "a") as file:
            print(type(job).__name__, job.backend, file=file)
        return super().submit(job, setting)
"""


def add_engine(folder, name, value, source=ENGINE):
    """A distribution with an engine, as pip would have installed it."""
    information = folder / f"{name}_engine-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-engine\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(f"[mnist_compare.engines]\n{name} = {value}\n")
    (folder / f"{name}_engine.py").write_text(source)


def ask(place, *options, **settings):
    asked = (*LINEAR, "--backends", "numpy", "--output", "out", *options)
    return run_cli(*asked, cwd=place, installed=place / "installed", **settings)


def test_a_comparison_runs_on_an_engine_that_is_installed(tmp_path):
    """An engine of somebody else's package, found by its entry point, gets every job, and its records are as any."""
    add_engine(tmp_path / "installed", "counting", "counting_engine:Counting")
    code, _, err = ask(tmp_path, "--engine", "counting", "--seeds", "0,1", report=True)
    assert code == 0, err
    assert (tmp_path / "jobs.txt").read_text().splitlines() == ["TrainJob numpy"] * 2
    assert [record["status"] for record in read_lines(tmp_path / "out")] == ["done"] * 2
    assert (tmp_path / "out" / "report.md").is_file()


def test_an_engine_gives_the_same_numbers(tmp_path):
    """A run in this process ends with the same weights as one in a process of its own."""
    asked = {"train_size": 200, "test_size": 100, "epochs": 1, "threads": 1, "report": False}
    runs = [
        compare("numpy", "mlp", **asked, engine=engine, output=tmp_path / engine).records[0]
        for engine in ("local", "inline")
    ]
    assert runs[0].weights_sha256 == runs[1].weights_sha256
    assert runs[0].key == runs[1].key
    assert runs[0].machine == runs[1].machine


@pytest.mark.parametrize(
    ("value", "source", "told"),
    [
        ("broken_engine:Missing", ENGINE, "has no attribute"),
        ("broken_engine:Counting", "1 / 0", "ZeroDivisionError"),
        ("broken_engine:Counting", "Counting = dict", "is no mnist_compare.runner.engine.Engine"),
    ],
)
def test_an_engine_that_cannot_be_loaded_is_told_in_a_sentence(tmp_path, value, source, told):
    """A package that is broken is named, and nothing is begun."""
    add_engine(tmp_path / "installed", "broken", value, source)
    code, _, err = ask(tmp_path, "--engine", "broken")
    assert code == 2
    assert "Engine 'broken'" in err
    assert told in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


def test_an_unknown_engine_is_refused_with_the_valid_names():
    """The names that are installed stand in the error."""
    with pytest.raises(UsageError, match="inline, local"):
        open_engine("cloud")


def test_the_inline_engine_takes_no_framework(tmp_path):
    """A backend whose framework needs a process of its own is a record with the reason, and the way out."""
    code, _, err = run_cli(
        *(*LINEAR, "--backends", "torch", "--engine", "inline", "--output", "out"), cwd=tmp_path, installed=tmp_path
    )
    assert code == 1
    assert "use --engine local" in err
    (record,) = read_lines(tmp_path / "out")
    assert record["status"] == "crashed"
    assert record["machine"] == {}


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no affinity")
def test_a_record_tells_the_environment_of_its_worker(tmp_path):
    """A worker in another interpreter, which may use one core alone, is described, and not the program beside it."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("there is one core only")
    core = max(os.sched_getaffinity(0))
    python = tmp_path / "python"
    pin = f"import os, sys; os.sched_setaffinity(0, {{{core}}}); os.execv({sys.executable!r}, sys.argv[1:])"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(pin)} {sys.executable} "$@"\n')
    python.chmod(0o755)
    options = ("--python", f"numpy={python}")
    installed = tmp_path / "installed"
    installed.mkdir()
    own = (str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "backends"))
    code, _, err = run_cli(
        *(*LINEAR, "--backends", "numpy", "--output", "out", *options), cwd=tmp_path, installed=":".join(own)
    )
    assert code == 0, err
    (record,) = read_lines(tmp_path / "out")
    assert record["provenance"]["affinity"] == str(core) != affinity()
    assert record["machine"]["usable_cores"] == 1
    assert record["python"] == without_home(sys.executable)
