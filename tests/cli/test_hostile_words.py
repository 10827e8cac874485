"""What an honest user may type or prepare wrongly: said in a sentence, and nothing strange is made."""

import json
import os
import subprocess
import sys

import pytest
from command_line import LINEAR, refusal, run_here

from mnist_compare.recipe import Recipe, read_recipe

REFUSED = {
    "no output": ([*LINEAR, "--output", ""], "a path is needed"),
    "blank output": ([*LINEAR, "--output", "  "], "a path is needed"),
    "blank name": ([*LINEAR, "--name", " "], "plain folder name"),
    "name of two lines": ([*LINEAR, "--name", "a\nb"], "plain folder name"),
    "name of a home": ([*LINEAR, "--name", "~"], "plain folder name"),
    "no folder": (["report", ""], "a path is needed"),
    "no samples": (["samples", "--output", " "], "a path is needed"),
    "command": (["repotr"], "Did you mean 'report'?"),
    "help": (["help"], "--help"),
    "two ways to show": (["show", "cnn", "--toml", "--json"], "leave one of them out"),
    "environment": (["envs", "remove", "torch"], "none has been made"),
    "folder for a network": ([*LINEAR, "-a", "folder.toml", "-o", "out"], "Is a directory"),
    "file for a folder": ([*LINEAR, "-o", "file"], "is a file, not a folder"),
    "file below a file": ([*LINEAR, "-o", "file/out"], "Not a directory"),
}


@pytest.mark.parametrize(("command", "words"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_in_a_sentence(command, words, tmp_path):
    """The message says what is wrong with it, and no file or folder has come or gone."""
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "file").touch()
    message = refusal(run_here(*command, cwd=tmp_path, MNIST_COMPARE_ENVS=str(tmp_path / "envs")))
    assert words in message
    assert {path.name for path in tmp_path.iterdir()} == {"folder.toml", "file"}


def test_spaces_commas_and_capitals_do_no_harm(tmp_path):
    """A trailing comma, a space after one, a name given twice and capitals mean what is plainly meant."""
    words = (
        "--backends",
        " numpy ,NumPy,",
        "-a",
        "linear, ,linear,",
        "--precision",
        "FLOAT64",
        "--normalization",
        "Unit",
        "--seeds",
        "0-1, ,",
        "--device",
        "CPU",
    )
    result = run_here(*LINEAR, *words, "--output", "out", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    lines = (tmp_path / "out" / "results.jsonl").read_text().splitlines()
    assert [json.loads(line)["spec"]["seed"] for line in lines] == [0, 1]
    assert all('"float64"' in line and json.loads(line)["used_device"] == "cpu" for line in lines)


def test_an_empty_recipe_is_refused_with_what_may_stand_in_it(tmp_path):
    """A recipe's file in which nothing stands, or comments alone, is no recipe; one field is enough."""
    for content in ("", "# to be written\n"):
        (tmp_path / "mine.toml").write_text(content)
        message = refusal(run_here(*LINEAR, "--recipe", "mine.toml", cwd=tmp_path))
        assert "mine.toml does not describe a recipe: nothing stands in it. Valid: name, loss, optimizer" in message
    (tmp_path / "mine.toml").write_text('name = "custom"\n')
    assert read_recipe(tmp_path / "mine.toml") == Recipe()


def test_a_home_is_found_where_the_shell_did_not_look(tmp_path):
    """`--output=~/out`, which most shells leave as it is, goes to the user's home and into no folder called `~`."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "mine.toml").write_text(
        'name = "mine"\nlayers = [{type = "flatten"}, {type = "linear", features = 10}]\n'
    )
    home = {"HOME": str(tmp_path / "home")}
    result = run_here(*LINEAR, "--architectures=~/mine.toml", "--output=~/out", cwd=tmp_path, report=True, **home)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "home" / "out" / "report.md").exists()
    assert run_here("report", "~/out", "--json", cwd=tmp_path, **home).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize("command", [("list", "backends"), ("show", "cnn"), (*LINEAR, "--output", "out")])
def test_a_current_folder_that_is_gone_is_said(command, tmp_path):
    """In a shell whose folder somebody has removed, a command says so."""
    (tmp_path / "gone").mkdir()
    script = 'cd gone && rmdir ../gone && exec "$@"'
    result = subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, "-m", "mnist_compare", *command],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "current folder is gone" in refusal(result)


def test_a_network_with_its_own_recipe_is_shown_as_a_file_that_is_the_same(tmp_path):
    """`show --toml` of a network with a [recipe] table prints that table: the file can be used as it is."""
    recipe = (
        '[recipe]\nname = "tuned"\nbatch_size = 7\n'
        'optimizer = { type = "adamw", learning_rate = 0.002 }\nschedule = { type = "step", every = 2 }\n'
        "normalization = { mean = 0.13, std = 0.3 }\n"
        'augmentation = [{ type = "rotate", degrees = [-5, 5] }]\n'
    )
    layers = '[[layers]]\ntype = "flatten"\n[[layers]]\ntype = "linear"\nfeatures = 10\n'
    (tmp_path / "mine.toml").write_text(f'name = "mine"\n{recipe}{layers}')
    shown = run_here("show", "mine.toml", "--toml", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    (tmp_path / "again.toml").write_text(shown.stdout.replace("my_mine", "mine"))
    first, second = (run_here("show", name, cwd=tmp_path).stdout for name in ("mine.toml", "again.toml"))
    assert "batches of 7" in first
    assert "learning rate in steps (every 2)" in first
    assert first == second
