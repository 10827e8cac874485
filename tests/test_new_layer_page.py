import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/new-layer.md"


def pieces():
    """What the page adds to each file, by the path of the file."""
    diffs = re.findall(r"^```diff\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    return dict(piece.split("\n", 1) for diff in diffs for piece in re.split(r"^\+\+\+ b/", diff, flags=re.M)[1:])


def test_the_diff_of_the_page_is_the_code():
    """What the page shows as the diff of a layer stands in the files that it names, line for line."""
    for path, added in pieces().items():
        lines = "\n".join(line.removeprefix("+") for line in added.splitlines())
        code = (ROOT / path).read_text()
        for block in lines.split("\n\n\n"):
            assert block.strip("\n") in code, path


def test_the_diff_of_the_page_is_all_of_the_layer():
    """Every file that says something of leaky ReLU is in the diff, so that nobody who follows it has to guess."""
    sources = [path for folder in ("mnist_compare", "backends") for path in (ROOT / folder).rglob("*.py")]
    saying = [path for path in sources if re.search(r"leaky.?relu", path.read_text(), re.I)]
    found = {path.relative_to(ROOT).as_posix() for path in saying if path.name != "__init__.py"}
    assert found == set(pieces())
