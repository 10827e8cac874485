import doctest
import inspect
import os
import pty
import subprocess
import sys
import time

import numpy as np
import pytest

import mnist_compare
from mnist_compare import Comparison, Dataset, Experiment, MnistCompareError, Recipe, compare, subset
from mnist_compare_numpy import NumpyExperiment

NAMES = [name for name in mnist_compare.__all__ if name != "__version__"]
OBJECTS = {name: getattr(mnist_compare, name) for name in NAMES}
PLAIN = {"Status", "Observer", "EpochResult", "Evaluation", "Prediction", "Record"}  # made by others: no example needed


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder that the examples share, so that the one comparison in them is trained once."""
    return tmp_path_factory.mktemp("examples")


@pytest.mark.parametrize("name", NAMES)
def test_examples_run(name, place, monkeypatch):
    """Whoever types the example of a docstring gets what it shows."""
    monkeypatch.chdir(place)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    found = doctest.DocTestFinder(recurse=True).find(OBJECTS[name], name, globs=dict(OBJECTS))
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    told = []
    for example in found:
        runner.run(example, out=told.append)
    assert runner.failures == 0, "".join(told)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_documented(name):
    """Every name, and every public method of it, has a docstring; what people make themselves has an example."""
    thing = OBJECTS[name]
    assert inspect.getdoc(thing)
    if not (name in PLAIN or (isinstance(thing, type) and issubclass(thing, Exception))):
        assert ">>>" in inspect.getdoc(thing)
    if isinstance(thing, type):
        methods = [member for key, member in vars(thing).items() if key[0] != "_" and inspect.isfunction(member)]
        assert all(inspect.getdoc(method) for method in methods)
    assert ">>>" in MnistCompareError.__doc__


def test_dir_lists_the_names_and_nothing_else():
    """dir() has what people use, also before any of it is loaded, and nothing that the module needs for itself."""
    code = "import mnist_compare; print(*dir(mnist_compare))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name for name in done.stdout.split() if not name.startswith("__")} == set(NAMES)
    assert [name for name in dir(mnist_compare) if not name.startswith("__")] == sorted(NAMES)


def test_help_shows_the_names():
    """help() of the package and of compare shows what there is, with every option."""
    code = "import pydoc, mnist_compare; print(pydoc.plain(pydoc.render_doc({})))"
    shown = [
        subprocess.run([sys.executable, "-c", code.format(what)], capture_output=True, text=True, check=True).stdout
        for what in ("mnist_compare", "mnist_compare.compare")
    ]
    assert "class Architecture" in shown[0]
    assert "compare(" in shown[0]
    assert "import_module" not in shown[0]
    assert "margin: float = 0.1" in shown[1]


def typed(text, until, seconds=20):
    """What an interactive Python in a terminal shows once the text is typed into it, until `until` is there."""
    master, slave = pty.openpty()
    environment = os.environ | {"TERM": "dumb", "INPUTRC": os.devnull, "PYTHON_BASIC_REPL": "1"}
    with subprocess.Popen([sys.executable, "-q"], stdin=slave, stdout=slave, stderr=slave, env=environment) as process:
        os.close(slave)
        shown, end = b"", time.monotonic() + seconds
        os.write(master, text.encode())
        while until not in shown and time.monotonic() < end:
            shown += os.read(master, 10_000)
        process.kill()
    os.close(master)
    return shown.decode(errors="replace")


def test_a_terminal_completes_the_names():
    """Tab completes the names of the package in Python's own prompt, before anything else is loaded."""
    pytest.importorskip("readline")
    assert "mnist_compare.compare(" in typed("import mnist_compare\nmnist_compare.compa\t", b".compare(")


def test_an_experiment_offers_what_people_use():
    """What a training has come to stands apart, so that completion shows methods and settings."""
    offered = {name for name in dir(NumpyExperiment("linear", device="cpu")) if name[0] != "_"}
    assert {"fit", "evaluate", "predict", "save", "load", "weights", "architecture", "recipe", "training"} <= offered
    assert not offered & {"begun", "seconds", "last_test", "weights_file", "steady_images"}


def test_an_experiment_in_a_line(small):
    """repr tells class, network, recipe, seed, device, and how far the training is; native mode too."""
    experiment = NumpyExperiment("mlp", Recipe("short", epochs=3), seed=5, device="cpu")
    experiment.fit(small, until=1)
    assert repr(experiment) == "<NumpyExperiment mlp, recipe short, seed 5, cpu, epoch 1 of 3>"
    experiment.mode = "native"  # which the reference refuses to train in
    assert ", recipe short, native, seed 5, " in repr(experiment)
    assert issubclass(NumpyExperiment, Experiment)


def test_data_sets_in_a_line(mnist, small):
    """repr of a data set tells its source and its numbers of images, not its pixels."""
    assert repr(subset(mnist, train_size=1000)) == "<Dataset mnist: 1,000 training and 10,000 test images>"
    assert "60 validation and" in repr(small)
    pixels = np.zeros((1, 28, 28), np.uint8)
    assert repr(Dataset.from_arrays(pixels, [0], pixels, [9])) == "<Dataset arrays: 1 training and 1 test images>"


def test_a_comparison_in_a_line_and_in_a_notebook(place, monkeypatch):
    """repr of a comparison tells folder, runs, backends and networks; a notebook gets the beginning of its report."""
    monkeypatch.chdir(place)
    comparison = compare("numpy", "mlp", train_size=200, test_size=100, epochs=1, output="small-comparison")
    assert repr(comparison) == "<Comparison small-comparison: 1 run done; numpy; mlp>"
    (record,) = comparison.records
    assert repr(record) == f"<Record numpy mlp seed 0: done, test accuracy {record.test_accuracy:.2%}>"
    assert repr(record.test).startswith("<Evaluation of 100 images: accuracy ")
    shown = comparison._repr_html_()
    assert shown.startswith('<div class="mnist-compare">')
    assert all(word in shown for word in ("test accuracy", "numpy", "mlp", "numpy alone has trained to the end"))
    assert repr(Comparison(place, [])) == f"<Comparison {place}: no runs>"
