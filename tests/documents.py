"""The documents of the project, and the blocks of code and the commands in them."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"(?:^<!-- test: (?P<backend>\w+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S)
BLOCKS = [(path, match) for path in DOCUMENTS for match in FENCE.finditer(path.read_text())]
SHELLS = ("sh", "bash", "console", "shell")
PROGRAM = re.compile(r"(?:[\w./~$-]*python[\d.]* -m mnist_compare|mnist-compare)(?= |$)(?P<arguments>[^>|]*)")
INSTALLED = {
    "serve.md": "a client, which tests/serve/test_serve_answers.py runs against a server",
    "new-layer.md": "files of one package, which tests/runner/test_extensions.py installs and trains with",
    "data.md": "a reader, which tests/data/test_reader_of_ones_own.py installs and reads with",
}


KINDS = ("python", *SHELLS, "toml", "ini", "diff", "text")
"""All kinds of blocks. Those of ini and text are compared by the tests of their pages, or show what is printed."""


def place(path, match):
    """Where a block stands, as in "docs/install.md:6"."""
    return f"{path.relative_to(ROOT)}:{path.read_text()[: match.start()].count(chr(10)) + 1}"


def distinct(*kinds):
    """The blocks of these kinds, each once: a translation shows the same code with comments of its own."""
    found = {}
    for path, match in BLOCKS:
        if match["kind"] in kinds:
            found.setdefault((match["backend"], without_comments(match)), (path, match))
    return list(found.values())


def without_comments(match):
    """What a block does, for whoever compares it with another one."""
    if match["kind"] == "python":
        return ast.dump(ast.parse(match["text"]))
    return tuple(command_lines(match)) if match["kind"] in SHELLS else match["text"]


def command_lines(match):
    """The commands of a shell block, one each, without prompts and comments."""
    lines = match["text"].replace("\\\n", " ").splitlines()
    found = (re.sub(r"(^|\s)#.*", "", line.removeprefix("$ ")).strip() for line in lines)
    return [line for line in found if line]


def inline_commands():
    """The whole commands of the program and of make in running text, each once, with the document where it is first."""
    found = {}
    for path in DOCUMENTS:
        for line in re.findall(r"`([^`\n]+)`", FENCE.sub("", path.read_text())):
            if PROGRAM.match(line) or re.fullmatch(r"make [\w-]+", line):
                found.setdefault(line, path)
    return found
