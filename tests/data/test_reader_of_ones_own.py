"""A reader of somebody else's package: that of docs/data.md, as it stands there."""

import json
import re
import subprocess
import sys
from pathlib import Path
from tomllib import loads

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "data.md").read_text()
(SOURCE,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
(PROJECT,) = re.findall(r"^```ini\n(.*?)^```$", PAGE, re.M | re.S)
ENTRIES = loads(PROJECT)["project"]["entry-points"]["mnist_compare.readers"]

TRY = """
import json, sys
from mnist_compare.data.readers import readers
from mnist_compare.data.sources import read_source
from mnist_compare.errors import MnistCompareError
try:
    found, name = read_source(sys.argv[1])
    print(json.dumps([next(iter(readers())), found.train_images.tolist(), found.test_labels.tolist(), found.notes]))
except MnistCompareError as error:
    print(json.dumps(str(error)))
"""


@pytest.fixture
def read(tmp_path):
    """What a process in which the package of the page is installed reads at a path."""
    information = tmp_path / "installed" / "acme_data-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-data\nVersion: 1.0\n")
    listed = "".join(f"{name} = {module}\n" for name, module in ENTRIES.items())
    (information / "entry_points.txt").write_text(f"[mnist_compare.readers]\n{listed}")
    (tmp_path / "installed" / "acme_data.py").write_text(SOURCE)
    program = f"import sys\nsys.path[:0] = [{str(tmp_path / 'installed')!r}, *{sys.path!r}]\n{TRY}"

    def call(path):
        command = [sys.executable, "-c", program, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return call


def test_the_reader_of_the_page(tmp_path, read):
    """The package of the page, installed as it stands there, reads its format; damage is its own refusal."""
    folder = tmp_path / "digits"
    folder.mkdir()
    grays = np.random.default_rng(0).integers(0, 17, (12, 64))
    for part in ("tra", "tes"):
        lines = [",".join(map(str, (*row, place % 3))) for place, row in enumerate(grays)]
        (folder / f"optdigits.{part}").write_text("\n".join(lines) + "\n")
    first, images, labels, notes = read(tmp_path / "digits")
    assert first == "optdigits"
    assert images == np.rint(grays * 255 / 16).astype(int).reshape(12, 8, 8).tolist()
    assert labels == [place % 3 for place in range(12)]
    assert notes == ["Grays from 0 to 16 were made grays from 0 to 255."]
    (folder / "optdigits.tra").write_text("1,2,x\n")
    assert "is no table of whole numbers" in read(folder)
