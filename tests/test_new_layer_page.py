import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/new-layer.md"


def test_the_diff_of_the_page_is_the_code():
    """What the page shows as the diff of a layer stands in the files that it names, line for line."""
    diff = re.search(r"^```diff\n(.*?)^```$", PAGE.read_text(), re.M | re.S)[1]
    pieces = re.split(r"^\+\+\+ b/", diff, flags=re.M)[1:]
    assert len(pieces) == 7
    for piece in pieces:
        path, _, added = piece.partition("\n")
        lines = "\n".join(line.removeprefix("+") for line in added.splitlines())
        code = (ROOT / path).read_text()
        for block in lines.split("\n\n\n"):
            assert block.strip("\n") in code, path
