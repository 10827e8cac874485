"""What reaches a terminal: no text of a file steers it, a narrow one loses nothing, and a poor one gets all words."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import unicodedata

import msgspec
import pytest
from command_line import LINEAR, refusal, run_cli, run_here

from mnist_compare import UsageError, compare
from mnist_compare.io.terminal import clean, to_json

STEERING = "\x1b[2J\x1b]0;title\x07\x9b31m\u202egnp\u2066\u200f\r\x08\x7f"
BIDI = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
NETWORK = """
name = "mine"
source = {source}
layers = [{{type = "flatten"}}, {{type = "linear", features = 10}}]
[recipe]
name = {source}
source = {source}
"""


def steers(text):
    """The characters of the text that steer a terminal or turn the direction of its letters."""
    return {
        letter
        for letter in text
        if (unicodedata.category(letter) == "Cc" and letter not in "\n\t")
        or unicodedata.bidirectional(letter) in BIDI
        or letter in "\u200e\u200f\u061c\u2028\u2029"
    }


def test_every_character_that_steers_is_replaced():
    """Of all of Unicode, none that steers a terminal is left, and letters, emoji and spaces are."""
    everything = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    assert steers(clean(everything)) == set()
    kept = "Größe\tёж\n手書き数字 \u3000 نی\u200cست 👩\u200d🔬"
    assert clean(kept) == kept


def test_json_holds_the_same_and_steers_nothing():
    """JSON for programs is the same value, with such characters escaped."""
    value = {"a": [STEERING, "Größe \U000e0041", 1.5]}
    text = to_json(value)
    assert steers(text) == set()
    assert "\U000e0041" not in text
    assert json.loads(text) == value


@pytest.mark.parametrize("arguments", [("list", "recipes"), ("--help",), ("report", "out")])
def test_a_reader_that_is_gone_gives_an_exit_code_of_its_own(finished, tmp_path, arguments):
    """Where nobody reads stdout, as after `| head -1`, the exit code is 141 and not that of failed runs."""
    reading, writing = os.pipe()
    os.close(reading)
    shutil.copytree(finished.folder, tmp_path / "out")
    done = subprocess.run(
        [sys.executable, "-m", "mnist_compare", *arguments],
        cwd=tmp_path,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.fixture
def steering(tmp_path):
    """A network whose texts steer terminals, in a file whose name does."""
    path = tmp_path / f"a{STEERING}b.toml"
    path.write_text(NETWORK.format(source=json.dumps(STEERING).replace("\x7f", "\\u007f")))
    return path.name


COMMANDS = [
    ("show", "FILE"),
    ("show", "FILE", "--toml"),
    ("show", "FILE", "--json"),
    (*LINEAR, "-a", "FILE", "--output", f"o{STEERING}"),
    (*LINEAR, "-a", "FILE", "--output", "out", "--json"),
    (*LINEAR, "-a", "FILE", "--recipe", "linear", "--output", "out"),
    (*LINEAR, "-a", f"{STEERING}.toml"),
    (*LINEAR, "--dataset", STEERING),
    ("predict", STEERING, "--run", STEERING),
    ("report", STEERING),
    ("list", STEERING),
    (STEERING,),
]


@pytest.mark.parametrize("command", COMMANDS, ids=[str(number) for number in range(len(COMMANDS))])
def test_no_text_of_a_file_or_a_name_steers_the_terminal(command, steering, tmp_path):
    """Whatever a file or a name holds, a command prints its letters and replaces what would steer the terminal."""
    result = run_cli(*(word.replace("FILE", steering) for word in command), cwd=tmp_path)
    assert "Traceback" not in result.stderr
    assert result.stdout + result.stderr
    assert steers(result.stdout + result.stderr) == set()


def test_no_text_of_a_record_steers_the_terminal(own_copy, tmp_path):
    """The texts of records are cleaned too, and colours of tables stay."""
    results = own_copy / "results.jsonl"
    records = [msgspec.json.decode(line) for line in results.read_bytes().splitlines()]
    records[0] |= {"status": "failed", "reason": STEERING, "architecture": STEERING, "device": STEERING}
    records[1]["machine"]["cpu"] = records[2]["versions"]["numpy"] = STEERING
    results.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in records))
    for more in ((), ("--json",)):
        result = run_cli("report", "out", *more, cwd=tmp_path, FORCE_COLOR="")
        assert result.returncode == 0, result.stderr
        assert steers(result.stdout + result.stderr) == set()


def in_terminal(*arguments, cwd, columns):
    """What a command writes to a terminal of so many columns, and its exit code."""
    main, other = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    environment |= {"TERM": "xterm-256color", **({} if columns is None else {"COLUMNS": str(columns)})}
    with subprocess.Popen(
        [sys.executable, "-m", "mnist_compare", *arguments], cwd=cwd, env=environment, stdout=other, stderr=other
    ) as process:
        os.close(other)
        said = b""
        while True:
            try:
                said += os.read(main, 1 << 16)
            except OSError:
                break
        os.close(main)
    return said.decode(), process.returncode


def test_a_terminal_gets_colours_and_bars(tmp_path):
    """In a terminal of usual width, colours and bars are there: only the texts are cleaned."""
    said, code = in_terminal(*LINEAR, "--output", "out", cwd=tmp_path, columns=100)
    assert "\x1b[1m" in said
    assert "\u2501" in said
    assert code == 0, said


def test_a_long_comparison_has_a_line_of_each_run_and_bars_of_the_newest(tmp_path):
    """Of runs that have ended the newest keep their bars, and each earlier one leaves what it came to in a line."""
    options = ("--seeds", "15", "--epochs", "1", "--engine", "inline", "--no-report", "--no-latency")
    said, code = in_terminal(*LINEAR, *options, "--output", "out", cwd=tmp_path, columns=100)
    assert code == 0
    assert set(re.findall(r"numpy linear seed (\d+): test accuracy [\d.]+%", said)) == {"0", "1", "2"}
    assert "4/15 numpy linear seed 3" in said[said.rindex("15/15 numpy linear seed 14") - 6000 :]


@pytest.mark.parametrize(("columns", "usual"), [(0, 80), (1, 60), (20, 60), (59, 60)])
def test_a_narrow_terminal_loses_nothing(columns, usual, tmp_path):
    """With however few columns, a table is the one of 60 columns, in lines that the terminal breaks by itself."""
    narrow, enough = (run_here("show", "cnn", cwd=tmp_path, COLUMNS=str(width)) for width in (columns, usual))
    assert narrow.returncode == 0, narrow.stderr
    assert "conv1" in narrow.stdout
    assert "9,098 parameters" in narrow.stdout
    assert narrow.stdout == enough.stdout


def test_a_narrow_terminal_gets_lines_and_no_bars(tmp_path):
    """Where a bar has no room, progress is told in lines."""
    said, code = in_terminal(*LINEAR, "--output", "out", cwd=tmp_path, columns=20)
    assert code == 0, said
    assert "epoch 1/1" in said
    assert "\u2501" not in said


def test_columns_that_have_no_room_are_named(finished, own_copy, tmp_path):
    """A column that a narrow terminal does without is named, and no other is missing."""
    result = run_here("report", "out", cwd=tmp_path, COLUMNS="20")
    assert all(word in result.stdout for word in ("numpy", "mlp", "linear", "training", "relative"))
    wide = finished.result
    for name in ("test loss", "images/s"):
        assert name in wide.stdout
    left_out = [line for line in result.stdout.splitlines() if line.startswith("Left out for want of room: ")]
    assert left_out
    assert "want of room" not in wide.stdout


LOCALES = {
    "C": {"LC_ALL": "C"},
    "POSIX": {"LC_ALL": "POSIX"},
    "no UTF-8": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ASCII": {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
    "ASCII alone": {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"},
}


@pytest.mark.parametrize(
    "locale",
    [
        pytest.param(given, id=name, marks=[] if "PYTHONUTF8" in given else pytest.mark.slow)
        for name, given in LOCALES.items()
    ],
)
def test_a_name_with_other_letters_is_valid_in_every_locale(locale, tmp_path):
    """A folder and a network with other letters are made and read, and said, where the locale knows ASCII alone."""
    network = 'name = "größe"\nlayers = [{type = "flatten"}, {type = "linear", features = 10}]\n'
    (tmp_path / "größe.toml").write_text(network, encoding="utf-8")
    result = run_cli(*LINEAR, "-a", "größe.toml", "--output", "手書き", cwd=tmp_path, **locale)
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert "größe" in (tmp_path / "手書き" / "results.jsonl").read_text(encoding="utf-8")


def test_a_name_that_is_no_text_is_refused(tmp_path):
    """Bytes that are no UTF-8 cannot be named in the results, whatever the locale."""
    for locale in ({}, LOCALES["no UTF-8"]):
        assert "is not valid UTF-8" in refusal(
            run_cli("report", b"gr\xff".decode(errors="surrogateescape"), cwd=tmp_path, **locale)
        )


@pytest.mark.parametrize("options", [{"output": "gr\udcff"}, {"recipe": "gr\udcff.toml"}, {"dataset": "gr\udcff.npz"}])
def test_a_path_that_is_no_text_is_refused_in_a_library_too(options):
    """The same in a program of the user's, before anything is made."""
    with pytest.raises(UsageError, match="is not valid UTF-8"):
        compare("numpy", "linear", **options)
