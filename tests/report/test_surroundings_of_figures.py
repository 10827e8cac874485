"""What a user has on the system does to figures: fonts help where letters are missing, settings change nothing."""

import os
import subprocess
import sys

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

LETTERS = (0x10FF34, 0x10FF35)  # of private use, beyond where icon fonts put theirs
DRAWN = """
import hashlib, sys
from mnist_compare.document.style import draw, house_style, new_figure
with house_style():
    figure = new_figure(4, 3, f"network {chr(0x10FF34)}{chr(0x10FF35)}" if "letters" in sys.argv else "network")
    axes = figure.add_subplot()
    axes.plot([1, 2], label="curve")
    axes.legend()
    drawn = draw(figure)
print(*figure._suptitle.get_fontfamily(), sep=", ")
print(hashlib.sha256(drawn.png + drawn.svg).hexdigest())
"""
WILD = """
backend: nonsense
font.size: 30
font.family: serif
lines.linewidth: 10
axes.facecolor: black
figure.dpi: 300
savefig.dpi: 300
savefig.bbox: tight
savefig.transparent: true
path.simplify: false
text.usetex: true
svg.fonttype: none
"""


COMMANDS = (
    "run -b numpy -a linear --train-size 200 --test-size 100 -e 1 --threads 1 -o out",
    "report out",
)


@pytest.fixture
def font(tmp_path):
    """A folder for XDG_DATA_HOME with a font that has the letters, as black squares."""
    pen = TTGlyphPen(None)
    for index, point in enumerate([(0, 0), (0, 700), (700, 700), (700, 0)]):
        (pen.lineTo if index else pen.moveTo)(point)
    pen.closePath()
    square = pen.glyph()
    names = [".notdef", *(f"u{letter:X}" for letter in LETTERS)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(dict(zip(LETTERS, names[1:], strict=True)))
    builder.setupGlyf(dict.fromkeys(names, square))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (800, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Squares Sans", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    folder = tmp_path / "data"
    (folder / "fonts").mkdir(parents=True)
    builder.save(folder / "fonts" / "squares.ttf")
    return folder


def drawn(*arguments, **variables):
    """The font families of the title, and the hash of the files, of a figure that another process draws."""
    done = subprocess.run(
        [sys.executable, "-c", DRAWN, *arguments],
        env={**os.environ, **{name: str(value) for name, value in variables.items()}},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_letters_come_from_a_font_that_has_them(font):
    """Where a font of the system has the letters of a name, the figure shows them; all else looks as ever."""
    families, content = drawn("letters", XDG_DATA_HOME=font)
    assert families == "DejaVu Sans, Squares Sans"
    boxes, other = drawn("letters")
    assert boxes == "DejaVu Sans"
    assert content != other
    assert drawn(XDG_DATA_HOME=font) == drawn()


@pytest.mark.parametrize("way", ["MPLCONFIGDIR", "MATPLOTLIBRC"])
def test_a_users_matplotlib_settings_do_nothing(way, tmp_path):
    """The figures have the same bytes whatever a user's matplotlibrc says."""
    (tmp_path / "matplotlibrc").write_text(WILD.replace("backend: nonsense\n", ""))
    assert drawn(**{way: tmp_path}) == drawn()


@pytest.mark.parametrize("place", [".", "home/.config/matplotlib"])
def test_a_matplotlibrc_that_cannot_be_read_does_nothing(place, tmp_path):
    """Where a matplotlibrc is not UTF-8, a comparison gets its report all the same, and says nothing of the file."""
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    (tmp_path / place / "matplotlibrc").write_bytes("font.size: 10  # größer".encode("latin-1"))
    hidden = ("MPLCONFIGDIR", "MATPLOTLIBRC", "XDG_CONFIG_HOME")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    for command in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "mnist_compare", *command.split()],
            cwd=tmp_path,
            env=environment | {"HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "matplotlib" not in done.stderr
    assert list((tmp_path / "out" / "figures").glob("*.svg"))
