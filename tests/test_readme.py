"""What the README and the pages show is true: their Python runs, their commands parse, their links lead somewhere."""

import re
import shlex
import subprocess
import sys
import tomllib

import click
import pytest
from documents import (
    BLOCKS,
    DOCUMENTS,
    INSTALLED,
    KINDS,
    PROGRAM,
    ROOT,
    SHELLS,
    command_lines,
    distinct,
    inline_commands,
    place,
)

from mnist_compare.architecture.documented import find_architecture, read_architecture
from mnist_compare.backend import backends
from mnist_compare.cli import cli
from mnist_compare.interpreters.settings import SETTINGS_FILE, read_settings
from mnist_compare.recipe import Recipe, find_recipe, read_recipe
from mnist_compare.search.grid import read_grid
from mnist_compare.search.settings import find_settings
from mnist_compare.search.studies.space import read_space, space_axes, trial_count
from mnist_compare.source import find_writer


def blocks(*kinds):
    """Code blocks of these kinds, as parameters named after their place in the document."""
    return [
        pytest.param(match, id=place(path, match), marks=marks(path, match["kind"]))
        for path, match in distinct(*kinds)
        if path.name not in INSTALLED
    ]


def marks(path, kind):
    """Python of the pages behind the README trains for minutes in all."""
    return [pytest.mark.slow] if kind == "python" and path.name != "README.md" else []


def commands():
    """The command lines of the program in the documents' shell blocks and inline code, as lists of arguments."""
    lines = [line for _, match in distinct(*SHELLS) for line in command_lines(match)]
    return [
        pytest.param(shlex.split(found["arguments"]), id=found["arguments"].strip() or "bare")
        for line in (*lines, *inline_commands())
        if (found := PROGRAM.match(line))
    ]


@pytest.mark.parametrize("match", blocks("python"))
def test_python_of_the_documents_runs(match, tmp_path):
    """Whoever copies a block of Python into a file gets what it promises, not a traceback."""
    backend = match["backend"]
    if backend and backends()[backend].missing():
        pytest.skip(f"{backend} is not installed")
    (tmp_path / "example.py").write_text(match["text"])
    done = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("arguments", commands())
def test_commands_of_the_documents_parse(arguments):
    """Every command line of the documents has a command, options and names that there are."""
    if arguments and arguments[0].startswith("-") and arguments[0] not in ("--help", "--version"):
        arguments = ["run", *arguments]
    name, command, rest = cli.resolve_command(click.Context(cli), list(arguments))
    assert command is not None
    values = command.make_context(name, rest, resilient_parsing=False).params
    for backend in values.get("backends", ()):
        assert backend in backends()
    for architecture in values.get("architectures", ()):
        assert architecture == "all" or architecture.endswith(".toml") or find_architecture(architecture)
    recipe = values.get("recipe")
    assert recipe is None or recipe.endswith(".toml") or find_recipe(recipe)


@pytest.mark.parametrize("match", blocks("toml"))
def test_files_of_the_documents_are_valid(match, tmp_path, monkeypatch):
    """A TOML block of the documents is a network as it stands, a recipe, a sweep, a study, a file of settings, or names
    a writer.
    """
    data = tomllib.loads(match["text"])
    if "project" in data:
        for name in data["project"]["entry-points"]["mnist_compare.writers"]:
            assert find_writer(name)
        return
    if "grid" in data:
        (tmp_path / "grid.toml").write_text(match["text"])
        grid = read_grid(tmp_path / "grid.toml")
        assert all(find_settings(grid, grid.architectures).values())
        return
    if "space" in data:
        (tmp_path / "space.toml").write_text(match["text"])
        space = read_space(tmp_path / "space.toml")
        assert trial_count(space, space_axes(space))
        return
    if data.keys() <= {*Recipe.__struct_fields__}:
        (tmp_path / "recipe.toml").write_text(match["text"])
        assert read_recipe(tmp_path / "recipe.toml") != Recipe()
        return
    if match["text"].startswith("[python]"):
        (tmp_path / SETTINGS_FILE).write_text(match["text"])
        monkeypatch.chdir(tmp_path)
        assert set(read_settings().python) <= set(backends())
        return
    (tmp_path / "network.toml").write_text(match["text"])
    assert read_architecture(tmp_path / "network.toml").parameter_count > 0


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_the_documents_lead_somewhere(path):
    """A link to a file of the project leads to a file that is there."""
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target


def test_make_targets_of_the_documents_exist():
    """Every `make X` of the documents is a target of the Makefile."""
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    lines = [*inline_commands(), *(line for _, match in distinct(*SHELLS) for line in command_lines(match))]
    assert {line.removeprefix("make ") for line in lines if line.startswith("make ")} <= targets


def test_every_block_is_found():
    """The tests of the documents see every block: none is hidden by a fence or a kind that they do not know."""
    for path in DOCUMENTS:
        found = [match["kind"] for other, match in BLOCKS if other == path]
        assert set(found) <= set(KINDS), path
        assert 2 * len(found) == len(re.findall(r"^\s*(?:```|~~~)", path.read_text(), re.M)), path
    assert len(BLOCKS) > 20
