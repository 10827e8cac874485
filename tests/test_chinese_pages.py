"""The Chinese pages say what the English ones and the program say: blocks, figures, options, and links that lead on.

Their programs, commands and files are run and read by the tests of all documents.
"""

import re
from collections import Counter

import click
import pytest
from documents import FENCE, PROGRAM, ROOT

from mnist_compare.cli import COMMANDS, cli

ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
GUIDE = sorted((ROOT / "docs" / "zh").glob("*.md"))
HAN = re.compile(r"[\u3400-\u9fff]")


def fences(path):
    """The fenced blocks of a page as pairs of kind and text."""
    return [(match["kind"], match["text"]) for match in FENCE.finditer(path.read_text("utf-8"))]


def prose(path):
    """A page without its fenced blocks and without the targets of its links."""
    return re.sub(r"\]\([^)]*\)", "]", FENCE.sub("", path.read_text("utf-8")))


def figures(text):
    """How often each number is in a text."""
    return Counter(number.rstrip(".,") for number in re.findall(r"\d[\d.,]*", text))


def rows(path):
    """The rows of all tables of a page."""
    return re.findall(r"^\|.*\|$", prose(path), re.M)


def places(path):
    """What a link may name in a page: its headings, as GitHub and the site spell them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def inline_code(path):
    """What stands in single backticks."""
    return set(re.findall(r"`([^`\n]+)`", prose(path)))


def untold(text):
    """The lines of a block without what explains them, behind # or behind two spaces."""
    return [re.split(r"#|  ", line)[0].rstrip() for line in text.splitlines()]


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
        assert not place or place in places(page), target


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
