"""A backend whose workers run in another interpreter: chosen by option, file, or environment, and named in records."""

import sys

import msgspec
import pytest
from other_python import add_adapter, add_framework, make_python, refusal, run_program
from PIL import Image

from mnist_compare import compare
from mnist_compare.backend import find_backend
from mnist_compare.cli.doctor import examine
from mnist_compare.host.environment import starting_environment
from mnist_compare.interpreters.asking import ask
from mnist_compare.interpreters.choice import OPTION, Choice, choose
from mnist_compare.interpreters.envs import MARKER
from mnist_compare.io.reading import without_home

SMALL = ("--architectures", "linear", "--train-size", "200", "--test-size", "100", "--epochs", "2", "--threads", "1")
RUN = ("run", *SMALL, "--output", "out")
HERE = without_home(sys.executable)


def records(place, backend="mine"):
    """The records of a backend in the order of their lines, with the log of the run."""
    lines = (place / "out/results.jsonl").read_bytes().splitlines()
    found = [record for record in map(msgspec.json.decode, lines) if record["backend"] == backend]
    logs = [(place / "out" / record["weights"]).with_name("log.txt").read_text() for record in found]
    return list(zip(found, logs, strict=True))


@pytest.mark.parametrize("part", ["", "bin/python"], ids=["folder", "interpreter"])
def test_the_option_names_an_interpreter_or_an_environment(here, there, tmp_path, part):
    """--python has the worker run there: the record names the interpreter, and the versions that it has there."""
    result = run_program(*RUN, "-b", "mine,numpy", "--python", f"mine={there / part}", cwd=tmp_path, installed=here)
    assert result.returncode == 0, result.stderr
    ((mine, log),), ((reference, _),) = records(tmp_path), records(tmp_path, "numpy")
    python = str(there / "bin/python")
    assert f"trained by {python}" in log
    assert (mine["python"], mine["versions"]["mine-framework"]) == (without_home(python), "1.6")
    assert (reference["python"], "mine-framework" in reference["versions"]) == (HERE, False)
    assert mine["test_loss"] == reference["test_loss"]


def test_a_record_tells_no_home(here, there, tmp_path, monkeypatch):
    """An interpreter below the user's home is named with a ~ in the record: a report that is sent on names no user."""
    monkeypatch.setenv("HOME", str(there))
    result = run_program(*RUN, "-b", "mine", "--python", f"mine={there}", cwd=tmp_path, installed=here)
    assert result.returncode == 0, result.stderr
    ((mine, _),) = records(tmp_path)
    assert mine["python"] == "~/bin/python"


def test_other_versions_are_another_run(here, there, tmp_path):
    """The same command with an interpreter that has other versions trains again; with the same, it keeps the run."""
    asked = (*RUN, "-b", "mine")
    for more, trained in (((), 1), (("--python", f"mine={there}"), 2), (("--python", f"mine={there}"), 2), ((), 2)):
        result = run_program(*asked, *more, cwd=tmp_path, installed=here)
        assert result.returncode == 0, result.stderr
        assert len(records(tmp_path)) == trained, more
    (first, _), (second, _) = records(tmp_path)
    assert first["key"] != second["key"]
    assert [record["versions"]["mine-framework"] for record in (first, second)] == ["1.5", "1.6"]


def test_the_file_in_the_folder_says_it_for_every_command(here, there, tmp_path):
    """mnist-compare.toml names interpreters, --python overrides it, and the lists show which one is used."""
    (tmp_path / "mnist-compare.toml").write_text(f'[python]\nmine = "{there}"\n')
    assert run_program(*RUN, "-b", "mine", cwd=tmp_path, installed=here).returncode == 0
    assert records(tmp_path)[-1][0]["python"] == without_home(str(there / "bin/python"))
    listed = run_program("list", "backends", cwd=tmp_path, installed=here).stdout
    assert f"mine-framework 1.6, in {there / 'bin/python'} (mnist-compare.toml)" in listed
    asked = (*RUN, "-b", "mine", "--python", f"mine={sys.executable}")
    assert run_program(*asked, cwd=tmp_path, installed=here).returncode == 0
    assert records(tmp_path)[-1][0]["python"] == HERE


def test_a_made_environment_is_taken_where_the_framework_is_missing(adapter, there, tmp_path):
    """Without any option, a framework that is not installed here runs in the environment that was made for it."""
    made = tmp_path / "envs" / "mine"
    place = make_python(made)
    add_adapter(place)
    add_framework(place, "1.7")
    variables = {"MNIST_COMPARE_ENVS": str(made.parent)}
    unfinished = run_program(*RUN, "-b", "mine", cwd=tmp_path, installed=adapter, **variables)
    assert "Backend 'mine' needs mine_framework" in refusal(unfinished)
    (made / MARKER).write_text("{}")
    result = run_program(*RUN, "-b", "mine", cwd=tmp_path, installed=adapter, **variables)
    assert result.returncode == 0, result.stderr
    assert records(tmp_path)[0][0]["versions"]["mine-framework"] == "1.7"
    listed = run_program("list", "backends", cwd=tmp_path, installed=adapter, **variables).stdout
    assert f"mine-framework 1.7, in {made / 'bin/python'} (envs create)" in listed


def test_a_relay_runs_each_epoch_in_the_interpreter_of_its_backend(here, there, tmp_path):
    """A network is handed from a backend here to one there, and ends where one of them alone would have ended."""
    asked = (*RUN, "-b", "numpy", "--relay", "numpy,mine", "--python", f"mine={there}")
    result = run_program(*asked, cwd=tmp_path, installed=here)
    assert result.returncode == 0, result.stderr
    ((relay, log),), ((alone, _),) = records(tmp_path, "numpy+mine"), records(tmp_path, "numpy")
    assert log.count(f"trained by {there / 'bin/python'}") >= 1
    assert relay["python"] == f"{HERE}, {without_home(str(there / 'bin/python'))}"
    assert relay["test_loss"] == alone["test_loss"]


def test_other_commands_take_the_option_too(here, there, tmp_path):
    """`predict` and `certify` use the interpreter that --python names."""
    option = ("--python", f"mine={there}")
    assert run_program(*RUN, "-b", "mine", *option, cwd=tmp_path, installed=here).returncode == 0
    one = Image.new("L", (28, 28))
    one.paste(255, (12, 5, 16, 23))
    one.save(tmp_path / "image.png")
    predict = run_program("predict", "image.png", "--run", "out", *option, cwd=tmp_path, installed=here)
    assert predict.returncode == 0, predict.stderr
    asked = ("certify", "-b", "mine", "-a", "linear", "--steps", "2", "--train-size", "200", "-o", "certified")
    certified = run_program(*asked, "--json", *option, cwd=tmp_path, installed=here)
    assert certified.returncode == 0, certified.stderr
    assert msgspec.json.decode(certified.stdout)["versions"]["mine"] == {"mine-framework": "1.6"}


def test_doctor_trains_in_the_other_interpreter(there):
    """`doctor --python` tries the backend there, and says where that is."""
    finding = examine(find_backend("numpy"), choose({"numpy": there}))
    assert finding.usable
    assert f"in {there / 'bin/python'} (--python)" in finding.text
    finding = examine(find_backend("keras"), choose({"keras": there}))
    assert not finding.usable
    assert finding.remedy == f"Install it with: {there / 'bin/python'} -m pip install 'mnist-compare[keras]'"


def test_the_library_takes_a_mapping(tmp_path, there):
    """`compare(python={...})` does what --python does."""
    asked = {"train_size": 200, "test_size": 100, "epochs": 1, "threads": 1, "report": False}
    (record,) = compare(["numpy"], ["linear"], python={"numpy": there}, output=tmp_path / "out", **asked).records
    assert record.python == without_home(str(there / "bin/python"))


def test_packages_of_this_interpreter_do_not_leak_into_another(here, there, tmp_path, monkeypatch):
    """Neither PYTHONPATH nor the current folder decides which packages another interpreter has."""
    shadow = tmp_path / "mnist_compare"
    shadow.mkdir()
    (shadow / "__init__.py").write_text("raise RuntimeError('taken from the current folder')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{here}")
    monkeypatch.setenv("PYTHONHOME", str(tmp_path))
    found = ask(Choice(str(there / "bin/python"), OPTION), ["mine"])
    assert found.backends["mine"].versions == {"mine-framework": "1.6"}
    assert starting_environment(sys.executable)["PYTHONPATH"] == f"{tmp_path}:{here}"


def test_what_another_interpreter_prints_at_its_start_garbles_nothing(here, there, tmp_path):
    """A `sitecustomize` that prints is heard neither when the interpreter is looked at nor when a worker runs in it."""
    (place,) = (there / "lib").glob("python3*/site-packages")
    printing = place / "sitecustomize.py"
    printing.write_text("print('{}', end='', flush=True)\n")
    try:
        result = run_program(*RUN, "-b", "mine", "--python", f"mine={there}", cwd=tmp_path, installed=here)
    finally:
        printing.unlink()
    assert result.returncode == 0, result.stderr
