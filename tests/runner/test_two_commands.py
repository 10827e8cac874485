"""Two commands at once on one folder: one wins, the other is refused or comes after it, and no file is of both."""

import msgspec
import pytest
from processes import assert_nobody_is_left, living, outcome, read_lines
from third_party import ASKED, plant_slow, start_cli

TIMES = [pytest.param(n, marks=[] if n < 3 else pytest.mark.slow) for n in range(20)]


def race(place, *commands):
    """Start the commands at once: their exit codes, and what they said on stderr."""
    plant_slow(place)
    (place / "go").touch()
    where = {"cwd": place, "installed": place / "installed"}
    processes = [start_cli(*command, **where, report=True) for command in commands]
    said = [process.communicate(timeout=120) for process in processes]
    assert "Traceback" not in str(said)
    return [process.returncode for process in processes], [err for _, err in said]


@pytest.mark.parametrize("number", TIMES)
def test_the_same_command_twice_at_once(number, finished, tmp_path):
    """Every run is trained once, by one command; the other says that somebody is at work, or that all is done."""
    codes, errors = race(tmp_path, ASKED, ASKED)
    assert 0 in codes
    for code, err in zip(codes, errors, strict=True):
        if code:
            assert code == 2
            assert err.startswith("Error: Another command is at work on out. Wait until it has ended"), err
    folder = tmp_path / "out"
    assert [(record["backend"], record["status"]) for record in read_lines(folder)] == [
        ("numpy", "done"),
        ("slow", "done"),
    ]
    assert [outcome(folder, name) for name in ("numpy", "slow")] == [
        outcome(finished / "out", name) for name in ("numpy", "slow")
    ]
    names = {path.relative_to(folder) for path in folder.rglob("*")}
    assert names == {path.relative_to(finished / "out") for path in (finished / "out").rglob("*")}
    assert_nobody_is_left(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(10))
def test_two_comparisons_race_for_a_new_folder(number, tmp_path):
    """The folder is of one of the two comparisons alone; the other command is refused with the reason."""
    other = [word.replace("numpy,slow", "numpy") for word in ASKED]
    codes, errors = race(tmp_path, ASKED, other)
    assert sorted(codes) == [0, 2], errors
    loser = codes.index(2)
    assert errors[loser].startswith("Error: ")
    assert any(words in errors[loser] for words in ("Another command is at work", "holds another comparison"))
    folder = tmp_path / "out"
    assert [record["backend"] for record in read_lines(folder)] == (["numpy", "slow"] if loser else ["numpy"])
    identity = msgspec.json.decode((folder / "comparison.json").read_bytes())
    assert [run.partition("-")[0] for run in identity["runs"]] == (["numpy", "slow"] if loser else ["numpy"])
    assert len(list((folder / "runs").iterdir())) == len(identity["runs"])
    assert living(tmp_path) == []
