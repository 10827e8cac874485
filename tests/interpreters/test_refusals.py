"""Interpreters that cannot do the job are refused before anything is trained, with the command that mends it."""

import os
import subprocess
import sys

import pytest
from other_python import add_adapter, copy_package, make_python, refusal, run_program

from mnist_compare.interpreters.asking import ask
from mnist_compare.interpreters.choice import OPTION, Choice
from mnist_compare.interpreters.interpreter_error import InterpreterError

RUN = ("run", "--architectures", "linear", "--train-size", "200", "--epochs", "1", "--output", "out")


def message(place, backend, path, installed=None):
    """What the program says when it refuses to run a backend in that interpreter; nothing is written."""
    asked = (*RUN, "-b", f"numpy,{backend}", "--python", f"{backend}={path}")
    text = refusal(run_program(*asked, cwd=place, installed=installed))
    assert not (place / "out").exists()
    return text


def script(path, text, mode=0o755):
    path.write_text(text)
    path.chmod(mode)
    return path


def test_no_interpreter_is_there(tmp_path):
    """A path that leads nowhere, and a folder that is no environment, are named."""
    assert f"There is no interpreter {tmp_path / 'none'}" in message(tmp_path, "numpy", tmp_path / "none")
    assert f"There is no interpreter {tmp_path / 'bin/python'}" in message(tmp_path, "numpy", tmp_path)


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("no program", 0o644, "does not start: Permission denied"),
        ("\x7fELF, but no program", 0o755, "does not start: Exec format error"),
        ("#!/bin/sh\necho hello; echo 'I am a shell' >&2\n", 0o755, "is no Python that works: I am a shell"),
        ("#!/bin/sh\nexit 0\n", 0o755, "is no Python that works: it said nothing"),
    ],
)
def test_something_that_is_no_python(tmp_path, text, mode, words):
    """A file that does not start, or is another program, is refused with what it said."""
    said = message(tmp_path, "numpy", script(tmp_path / "python", text, mode))
    assert f"{tmp_path / 'python'}, which --python names for 'numpy', {words}" in said
    assert "--python numpy=/path/to/environment" in said


def test_an_interpreter_that_does_not_answer(tmp_path):
    """An interpreter that hangs is given up after some time."""
    hanging = script(tmp_path / "python", "#!/bin/sh\nexec sleep 60\n")
    with pytest.raises(InterpreterError, match="has not answered within 1 seconds"):
        ask(Choice(str(hanging), OPTION), ["numpy"], timeout=1.0)


def test_an_interpreter_without_mnist_compare(tmp_path):
    """An environment without this package gets the command that installs it there."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "empty")], check=True)
    said = message(tmp_path, "torch", tmp_path / "empty")
    assert "has no mnist_compare" in said
    assert f"{tmp_path / 'empty/bin/python'} -m pip install" in said
    assert "[torch]" in said


def test_a_package_without_its_requirements(tmp_path):
    """A mnist_compare whose requirements are not all there is named with the one that is missing."""
    place = make_python(tmp_path / "env")
    (place / "msgspec").unlink()
    said = message(tmp_path, "numpy", tmp_path / "env")
    assert "has an old or incomplete mnist_compare: msgspec is missing. Install it with: " in said


def test_another_version(tmp_path):
    """An interpreter with another version of mnist_compare is refused with both versions."""
    package = copy_package(
        tmp_path / "copy", "host/version.py", old='__version__ = "0.1.0"', new='__version__ = "0.0.9"'
    )
    make_python(tmp_path / "env", package=package)
    said = message(tmp_path, "numpy", tmp_path / "env")
    assert "has mnist_compare 0.0.9, and this one is 0.1.0. Install it with: " in said


@pytest.mark.parametrize("file", ["randomness.py", "cli/show.py"])
def test_another_source(tmp_path, file):
    """The same version with one line more anywhere is another mnist_compare, and refused."""
    make_python(tmp_path / "env", package=copy_package(tmp_path / "copy", file))
    said = message(tmp_path, "numpy", tmp_path / "env")
    assert "has a mnist_compare 0.1.0 whose source is not the same as here" in said
    assert f"{tmp_path / 'env/bin/python'} -m pip install --force-reinstall --no-deps" in said


def test_another_source_of_the_backend(tmp_path, here):
    """A backend's package must be the same in both places too, or not be there in vain."""
    place = make_python(tmp_path / "env")
    assert "cannot load the package mine_backend: Unknown backend 'mine'" in message(
        tmp_path, "mine", tmp_path / "env", here
    )
    add_adapter(place, source=(here / "mine_backend.py").read_text() + "# another line\n")
    said = message(tmp_path, "mine", tmp_path / "env", here)
    assert "has a package mine_backend whose source is not the same as here" in said


def test_a_missing_framework(tmp_path, there):
    """An environment without the framework is refused with the modules that it misses and what installs them there."""
    said = message(tmp_path, "keras", there)
    python = there / "bin/python"
    assert said.startswith(f"Backend 'keras' needs tensorflow and keras, which {python} does not have.")
    assert f"{python} -m pip install 'mnist-compare[keras]'" in said


@pytest.mark.parametrize(("command", "alone"), [("run", True), ("certify", False)])
def test_no_framework_at_all(command, alone, tmp_path):
    """Without any framework it is said how to get one; that the reference does alone, where it does."""
    make_python(tmp_path / "bare")
    done = subprocess.run(
        [tmp_path / "bare/bin/python", "-m", "mnist_compare", command],
        cwd=tmp_path,
        env=os.environ | {"MNIST_COMPARE_ENVS": str(tmp_path / "envs"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = refusal(done)
    assert said.startswith("No framework is installed. Install one or all with: pip install 'mnist-compare[all]'")
    assert ("--backends numpy" in said) == alone


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[pyton]\nkeras = "x"\n', "pyton is no field here (did you mean python? Valid: python)"),
        ('[python]\nkeras = "x"\n[other]\n', "line 3: other is no field here (valid: python)"),
        ("[python]\nkeras = 5\n", "line 2: python.keras must be text in quotes (it is 5)"),
        ("[python\n", "mnist-compare.toml does not describe settings"),
        ("#" * 1_000_001, "larger than 100,000 bytes"),
        ('[python]\nkares = "x"\n', "mnist-compare.toml: Unknown backend 'kares'. Did you mean 'keras'?"),
        ('[python]\nkeras = "nowhere"\n', "There is no interpreter nowhere (mnist-compare.toml names it for 'keras')"),
    ],
)
def test_a_file_that_says_something_else(tmp_path, text, words):
    """What mnist-compare.toml cannot say is an error that shows what it can."""
    (tmp_path / "mnist-compare.toml").write_text(text)
    said = refusal(run_program(*RUN, "-b", "numpy", cwd=tmp_path))
    assert words in said
    assert "[python]" in said or "Valid: torch" in said or "bytes" in said or "nowhere" in said


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("keras",), "--python takes BACKEND=PATH, such as keras=/opt/keras/bin/python (it is 'keras')"),
        (("=x",), "--python takes BACKEND=PATH"),
        (("keras=",), "--python takes BACKEND=PATH"),
        (("keras=a", "keras=b"), "two interpreters for 'keras': a and b"),
        (("kares=a",), "--python: Unknown backend 'kares'"),
    ],
)
def test_an_option_that_says_something_else(tmp_path, given, words):
    """A --python that cannot be meant is refused with an example."""
    options = [part for item in given for part in ("--python", item)]
    assert words in refusal(run_program(*RUN, "-b", "numpy", *options, cwd=tmp_path))
