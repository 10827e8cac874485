"""What the README and the guide show is true: their Python runs, their commands parse, their links lead somewhere."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from mnist_compare.architecture.documented import find_architecture, read_architecture
from mnist_compare.backend import backends
from mnist_compare.cli import cli
from mnist_compare.interpreters.settings import SETTINGS_FILE, read_settings
from mnist_compare.recipe import find_recipe

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"(?:^<!-- test: (?P<backend>\w+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S)
INSTALLED = {"new-layer.md"}  # its blocks are files of one package, which tests/runner/test_extensions.py installs
BLOCKS = [(path, match) for path in DOCUMENTS for match in FENCE.finditer(path.read_text())]
PROGRAM = re.compile(r"(?:[\w./~$-]*python[\d.]* -m mnist_compare|mnist-compare)(?= |$)(?P<arguments>.*)")


def blocks(*kinds):
    """Code blocks of these kinds, as parameters named after their place in the document."""
    return [
        pytest.param(match, id=f"{path.stem}:{path.read_text()[: match.start()].count(chr(10)) + 1}")
        for path, match in BLOCKS
        if match["kind"] in kinds and path.name not in INSTALLED
    ]


def commands():
    """The command lines of the program in the documents' shell blocks and inline code, as lists of arguments."""
    lines = [
        line.removeprefix("$ ")
        for _, match in BLOCKS
        if match["kind"] in ("sh", "console", "shell", "bash")
        for line in match["text"].replace("\\\n", " ").splitlines()
    ]
    for path in DOCUMENTS:
        lines += re.findall(r"`([^`\n]+)`", FENCE.sub("", path.read_text()))
    return [
        pytest.param(shlex.split(found["arguments"], comments=True), id=found["arguments"].strip() or "bare")
        for line in lines
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
    """A TOML block of the documents is a network as it stands, or a file of settings."""
    if match["text"].startswith("[python]"):
        (tmp_path / SETTINGS_FILE).write_text(match["text"])
        monkeypatch.chdir(tmp_path)
        assert set(read_settings().python) <= set(backends())
        return
    (tmp_path / "network.toml").write_text(match["text"])
    assert read_architecture(tmp_path / "network.toml").parameter_count > 0


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_of_the_documents_lead_somewhere(path):
    """A link to a file of the project leads to a file that is there."""
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target


def test_make_targets_of_the_documents_exist():
    """Every `make X` of the documents is a target of the Makefile."""
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    for _, match in BLOCKS:
        assert set(re.findall(r"^make ([\w-]+)", match["text"], re.M)) <= targets


def test_every_block_of_python_is_found():
    """The tests above see every block: none is hidden by a fence that is written in another way."""
    for path in DOCUMENTS:
        found = sum(match["kind"] == "python" for place, match in BLOCKS if place == path)
        assert found == len(re.findall(r"^\s*(?:```|~~~)\s*py", path.read_text(), re.M))
    assert any(match["kind"] == "python" for _, match in BLOCKS)
