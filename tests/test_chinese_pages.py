"""The Chinese pages say what the English ones and the program say: commands, code, figures, and links that lead on."""

import ast
import re
import shlex
from collections import Counter
from pathlib import Path

import click
import pytest

from mnist_compare.architecture.documented import read_architecture
from mnist_compare.cli import COMMANDS, cli
from mnist_compare.interpreters.settings import SETTINGS_FILE, read_settings

ROOT = Path(__file__).parents[1]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
GUIDE = sorted((ROOT / "docs" / "zh").glob("*.md"))
FENCE = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S)
HAN = re.compile(r"[\u3400-\u9fff]")
PROGRAM = re.compile(r"(?:[\w./~$-]*python[\d.]* -m mnist_compare|mnist-compare)(?= |$)(?P<arguments>.*)")


def fences(*paths, kind=None):
    """The fenced blocks of pages as pairs of kind and text; of one kind alone, the texts."""
    found = [(match["kind"], match["text"]) for path in paths for match in FENCE.finditer(path.read_text("utf-8"))]
    return [text for this, text in found if this == kind] if kind else found


def prose(path):
    """A page without its fenced blocks and without the targets of its links."""
    return re.sub(r"\]\([^)]*\)", "]", FENCE.sub("", path.read_text("utf-8")))


def figures(text):
    """How often each number is in a text."""
    return Counter(number.rstrip(".,") for number in re.findall(r"\d[\d.,]*", text))


def rows(path):
    """The rows of all tables of a page."""
    return re.findall(r"^\|.*\|$", prose(path), re.M)


def inline_code(path):
    """What stands in single backticks."""
    return set(re.findall(r"`([^`\n]+)`", prose(path)))


def untold(text):
    """The lines of a block without what explains them, behind # or behind two spaces."""
    return [re.split(r"#|  ", line)[0].rstrip() for line in text.splitlines()]


def commands():
    """The command lines in the shell blocks of all Chinese pages, as lists of arguments."""
    shown = [line for text in fences(CHINESE, *GUIDE, kind="sh") for line in text.replace("\\\n", " ").splitlines()]
    found = [match["arguments"].split(">")[0] for line in shown if (match := PROGRAM.match(line))]
    return [shlex.split(arguments, comments=True) for arguments in dict.fromkeys(found)]


def options(command):
    """The options of a command, those of its own commands among them."""
    under = command.commands.values() if isinstance(command, click.Group) else ()
    own = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    return own.union({"--help"}, *map(options, under))


def test_the_readmes_have_the_same_blocks():
    """Whoever copies a command or a program from the Chinese README gets that of the English one; its output too."""
    english, chinese = fences(ENGLISH), fences(CHINESE)
    assert [kind for kind, _ in chinese] == [kind for kind, _ in english]
    for (_, theirs), (_, ours) in zip(english, chinese, strict=True):
        assert (untold(ours) == untold(theirs)) if HAN.search(ours) else (ours == theirs)


def test_the_readmes_have_the_same_figures():
    """No number of the Chinese README is another one, or missing; in its tables each stands in its row."""
    assert figures(prose(CHINESE)) == figures(prose(ENGLISH))
    assert list(map(figures, rows(CHINESE))) == list(map(figures, rows(ENGLISH)))


def test_the_readmes_name_the_same_things():
    """A command, file or option that one README names stands in the other."""
    english, chinese = (
        {word for code in inline_code(path) for word in re.split("[、 ]+", code)} for path in (ENGLISH, CHINESE)
    )
    assert chinese == english


def test_the_readmes_lead_to_each_other():
    """A reader who opened the one finds the other at its top."""
    assert "](README.zh-CN.md)" in ENGLISH.read_text("utf-8").split("##")[0]
    assert "](README.md)" in CHINESE.read_text("utf-8").split("##")[0]


@pytest.mark.parametrize("path", [CHINESE, *GUIDE], ids=lambda path: path.stem)
def test_links_of_the_chinese_pages_lead_somewhere(path):
    """Each link and picture is a file of the project, and each place in a page a heading of it."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", FENCE.sub("", path.read_text("utf-8"))):
        name, _, place = target.partition("#")
        page = path.parent / name if name else path
        assert page.exists(), target
        assert not place or f"# {place}\n" in page.read_text("utf-8"), target


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_commands_of_the_chinese_pages_parse(arguments):
    """The program's own parser takes every command line of the Chinese pages."""
    if arguments and arguments[0].startswith("-"):
        arguments = ["run", *arguments]
    name, command, rest = cli.resolve_command(click.Context(cli), list(arguments))
    assert command is not None
    assert command.make_context(name, rest)


@pytest.mark.parametrize("path", GUIDE, ids=lambda path: path.stem)
def test_options_of_the_chinese_guide_exist(path):
    """An option that a sentence of the guide names is one of the command that it is named with, or of any."""
    known = {name: options(cli.get_command(click.Context(cli), name)) for name in COMMANDS}
    for code in inline_code(path):
        words = (
            PROGRAM.sub(lambda match: match["arguments"].strip(), code).replace("=", " ").replace("/--", " --").split()
        )
        allowed = known.get(words[0], set().union(*known.values()))
        assert {word for word in words if word.startswith("--")} <= allowed, code


def test_python_of_the_chinese_guide_is_that_of_the_english_pages():
    """Each program of the guide is one of the English pages, which are run, but for its comments."""
    pages = [ENGLISH, *(ROOT / "docs").rglob("*.md")]
    english = {ast.dump(ast.parse(text)) for path in pages if path not in GUIDE for text in fences(path, kind="python")}
    for text in fences(*GUIDE, kind="python"):
        assert ast.dump(ast.parse(text)) in english, text


def test_files_of_the_chinese_guide_are_valid(tmp_path, monkeypatch):
    """The network and the settings of the guide are read as they stand."""
    monkeypatch.chdir(tmp_path)
    settings, network = fences(*GUIDE, kind="toml")
    Path(SETTINGS_FILE).write_text(settings)
    assert set(read_settings().python) == {"keras", "paddle"}
    Path("my_net.toml").write_text(network, encoding="utf-8")
    assert read_architecture(Path("my_net.toml")).parameter_count > 0
