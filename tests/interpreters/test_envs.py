"""`envs`: what counts as an environment, and what is left of one that could not be made."""

import json
import os
import signal
import subprocess
import sys

import pytest
from other_python import make_python, refusal, run_program

import mnist_compare
from mnist_compare.interpreters.envs import MARKER, envs_folder
from mnist_compare.interpreters.requirement import constraints_file, extras, this_package

OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}


@pytest.fixture
def envs(tmp_path):
    """Runs `envs` with a folder of its own, and pip without any index."""

    def call(*arguments):
        place = {"MNIST_COMPARE_ENVS": str(tmp_path / "envs")}
        return run_program("envs", *arguments, cwd=tmp_path, **place, **OFFLINE)

    return call


@pytest.fixture
def keras(tmp_path):
    """An environment `keras` as it is made, with modules in the place of the framework; not marked as whole."""
    place = make_python(tmp_path / "envs/keras")
    for name in ("tensorflow", "keras"):
        (place / f"{name}.py").write_text("")
    return tmp_path / "envs/keras"


def test_what_pip_cannot_install_leaves_nothing(envs, tmp_path):
    """A creation that fails ends with pip's words and what to do, exit code 2, and no environment."""
    (tmp_path / "mine.txt").write_text("torch==0.0.1\n")
    said = refusal(envs("create", "torch", "--constraint", "mine.txt"))
    assert said.startswith("pip could not install ")
    assert f"into {tmp_path / 'envs/torch'}:\n" in said
    assert "No matching distribution found for" in said
    assert f"versions in {tmp_path / 'mine.txt'}: --latest takes the newest instead" in said
    assert not (tmp_path / "envs/torch").exists()
    assert json.loads(envs("list", "--json").stdout) == []


def test_a_base_that_makes_no_environment(envs, tmp_path):
    """A --python that is none, or makes no environment, is named."""
    assert "There is no interpreter nowhere" in refusal(envs("create", "torch", "--python", "nowhere"))
    (tmp_path / "python").write_text("#!/bin/sh\necho 'I make none' >&2\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    said = refusal(envs("create", "torch", "--python", "./python"))
    assert f"{tmp_path / 'python'} could not make {tmp_path / 'envs/torch'}:\n  I make none" in said


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("create", "kares"), "Unknown framework 'kares'. Did you mean 'keras'? Valid: torch, keras, paddle."),
        (("create", "numpy"), "Unknown framework 'numpy'"),
        (("create", "keras", "--latest", "--constraint", __file__), "leave one of them out"),
        (("remove", "keras"), "Unknown environment 'keras'"),
        (("remove", "../keras"), "Unknown environment '../keras'"),
    ],
)
def test_what_cannot_be_meant_is_refused(envs, tmp_path, given, words):
    """Names that there is no environment for are refused, and nothing is made."""
    assert words in refusal(envs(*given))
    assert not (tmp_path / "envs").exists()


def test_an_interrupted_creation_is_no_environment(tmp_path):
    """Ctrl-C while an environment is made ends with 130, and leaves none."""
    command = [sys.executable, "-m", "mnist_compare", "envs", "create", "torch"]
    variables = {"MNIST_COMPARE_ENVS": str(tmp_path / "envs"), **OFFLINE}
    with subprocess.Popen(command, env={**os.environ, **variables}, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline() == f"torch: making {tmp_path / 'envs/torch'}\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped. There is no environment for torch" in said
    assert "Traceback" not in said
    assert not (tmp_path / "envs/torch").exists()


def test_only_a_whole_environment_counts(envs, keras, tmp_path):
    """What a killed creation has left is listed as unfinished; a whole one is kept, listed, and can be removed."""
    (unfinished,) = json.loads(envs("list", "--json").stdout)
    assert (unfinished["fits"], unfinished["text"]) == (False, "never finished")
    (keras / MARKER).write_text("{}")
    kept = envs("create", "keras")
    assert kept.returncode == 0, kept.stderr
    assert "keras: kept, as it was made before; --force makes it again" in kept.stderr
    (listed,) = json.loads(envs("list", "--json").stdout)
    assert (listed["fits"], listed["python"]) == (True, str(keras / "bin/python"))
    assert str(keras / "bin/python") in envs("list").stdout
    assert envs("remove", "keras").stdout == f"removed {keras}\n"
    assert not keras.exists()
    assert "No environments in " in envs("list").stdout


def test_an_environment_that_fits_no_more_is_listed_with_what_mends_it(envs, keras):
    """An environment whose framework or mnist_compare has changed is of no use, and says how to make it again."""
    (keras / MARKER).write_text("{}")
    next(keras.rglob("site-packages/tensorflow.py")).unlink()
    remedy = "Make it again with: python -m mnist_compare envs create keras --force"
    (listed,) = json.loads(envs("list", "--json").stdout)
    assert (listed["fits"], listed["remedy"]) == (False, remedy)
    assert "needs tensorflow" in listed["text"]
    assert remedy in refusal(envs("create", "keras"))
    assert keras.exists()


ORIGINS = {
    "a package index": (None, ["mnist-compare[keras]==" + mnist_compare.__version__]),
    "a folder": ({"url": "file:///my%20code", "dir_info": {}}, ["/my code[keras]"]),
    "an editable folder": ({"url": "file:///code", "dir_info": {"editable": True}}, ["--editable", "/code[keras]"]),
    "a wheel": ({"url": "file:///m-1-py3-none-any.whl", "archive_info": {}}, ["/m-1-py3-none-any.whl[keras]"]),
    "an address": ({"url": "https://x.org/m.whl", "archive_info": {}}, ["mnist-compare[keras] @ https://x.org/m.whl"]),
    "a repository": (
        {"url": "https://x.org/m", "vcs_info": {"vcs": "git", "commit_id": "abc", "requested_revision": "main"}},
        ["mnist-compare[keras] @ git+https://x.org/m@abc"],
    ),
}


@pytest.mark.parametrize(("origin", "arguments"), ORIGINS.values(), ids=ORIGINS)
def test_environments_get_this_very_package(tmp_path, monkeypatch, origin, arguments):
    """pip is told to install mnist_compare from where this one came from."""
    information = tmp_path / "mnist_compare-9.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: mnist-compare\nVersion: 9\n")
    if origin:
        (information / "direct_url.json").write_text(json.dumps(origin))
    monkeypatch.syspath_prepend(str(tmp_path))
    assert this_package("keras") == arguments


def test_the_tested_versions_come_with_the_package():
    """Environments are made with the versions that the tests run on, one for each framework at least."""
    pinned = {line.partition("==")[0] for line in constraints_file().read_text().split()}
    assert {"torch", "tensorflow", "keras", "paddlepaddle"} <= pinned
    assert set(extras()) == {"torch", "keras", "paddle"}


def test_the_users_data_folder_is_the_place(monkeypatch):
    """Without MNIST_COMPARE_ENVS, environments are in a folder of the user's own, wherever the program is started."""
    monkeypatch.delenv("MNIST_COMPARE_ENVS")
    place = envs_folder()
    assert place.is_absolute()
    assert place.parts[-2:] == ("mnist-compare", "envs")
