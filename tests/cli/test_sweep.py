"""`sweep`: what it trains, chooses and leaves, what it says before it starts, and how it goes on."""

import os
import pty
import subprocess
import sys

import msgspec
import pytest
from command_line import refusal, run_here

from mnist_compare.records.results import read_all_records, read_records
from mnist_compare.search.estimate import Estimate, duration

GRID = """
backends = ["numpy"]
architectures = ["mlp"]
seeds = [0, 1]
epochs = 1
threads = 1
train_size = 200
test_size = 50
hold_out = 0.2
[grid]
learning_rate = [0.001, 0.1]
batch_size = [10, 20]
[[exclude]]
learning_rate = 0.001
batch_size = 20
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with the file of a grid."""
    (tmp_path / "grid.toml").write_text(GRID)
    return tmp_path


def swept(folder, *options):
    return run_here("sweep", "grid.toml", "--output", "out", "--no-report", *options, cwd=folder)


def test_trials_are_judged_on_held_out_images_and_the_best_is_tested_once(folder):
    """Trials never see the test images; what is chosen is trained on all training images; again, nothing is trained."""
    ended = swept(folder)
    assert ended.returncode == 0, ended.stderr
    assert "6 runs, and then 2 runs of what is chosen: about" in ended.stderr
    trials = read_all_records(folder / "out")
    assert {(run.spec.data.judged_on, run.spec.data.train_size, run.spec.data.test_size) for run in trials} == {
        ("validation", 160, 40)
    }
    chosen = read_records(folder / "out" / "chosen")
    assert [(run.spec.data.judged_on, run.spec.data.train_size, run.spec.data.test_size) for run in chosen] == [
        *[("test", 200, 50)] * 2
    ]
    means = {}
    for run in trials:
        means.setdefault(run.spec.recipe, []).append(run.test_accuracy)
    assert len(means) == 3
    best = max(means, key=lambda recipe: sum(means[recipe]))
    assert {run.spec.recipe for run in chosen} == {best}
    assert ended.stdout.index(f"batch_size {best.batch_size}") < ended.stdout.index("learning_rate 0.001")
    assert (folder / "out" / "sweep.toml").read_text() == GRID
    before = (folder / "out" / "results.jsonl").read_bytes()
    again = swept(folder, "--json")
    assert again.returncode == 0, again.stderr
    assert "6 runs, 6 of them done: nothing is left." in again.stderr
    assert (folder / "out" / "results.jsonl").read_bytes() == before
    found = msgspec.json.decode(again.stdout)
    assert found["settings"]["mlp"][0]["values"] == {"learning_rate": 0.1, "batch_size": best.batch_size}
    assert [len(found[name]) for name in ("records", "chosen")] == [6, 2]


def test_the_report_of_trials_says_what_decided_and_links_what_was_chosen(folder):
    """It speaks of validation images, names the best setting, and has a link to the report of the chosen one."""
    (folder / "grid.toml").write_text(GRID.replace("seeds = [0, 1]", "seeds = [0]"))
    ended = run_here("sweep", "grid.toml", "--output", "out", "--quiet", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    text, page = ((folder / "out" / name).read_text() for name in ("report.md", "report.html"))
    for report in (text, page):
        assert "The test set was not looked at." in report
        assert "validation accuracy" in report
        assert "chosen/report.html" in report or "chosen/report.md" in report
    assert 'id="settings"' in page
    assert "The test set was not looked at." not in (folder / "out" / "chosen" / "report.md").read_text()


def test_another_choice_keeps_what_was_tested_before(folder):
    """Where other seeds lead to another choice, the folder of the one before is renamed, and not written over."""
    assert swept(folder, "--quiet").returncode == 0
    place = folder / "out" / "chosen"
    identity = msgspec.json.decode((place / "comparison.json").read_bytes())
    other = identity | {"identity": "another", "without_seeds": "another"}
    (place / "comparison.json").write_bytes(msgspec.json.encode(other))
    assert swept(folder, "--quiet").returncode == 0
    before, now = (read_records(folder / "out" / name) for name in ("chosen-superseded-1", "chosen"))
    assert {run.key for run in before} == {run.key for run in now}


def test_a_dry_run_lists_settings_and_trains_none(folder):
    """It says how many runs there are and how long they take, and leaves no folder."""
    ended = swept(folder, "--dry-run", "--no-chosen")
    assert ended.returncode == 0, ended.stderr
    *listed, last = ended.stdout.splitlines()
    assert listed == [
        "mlp:",
        "  1. learning_rate 0.001, batch_size 10",
        "  2. learning_rate 0.1, batch_size 10",
        "  3. learning_rate 0.1, batch_size 20",
    ]
    assert last.startswith("6 runs: about ")
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "options", "told"),
    [
        ("", "", ("--max-runs", "5"), ["6 runs, more than --max-runs 5", "sample = 20"]),
        ("", "", ("--max-runs", "0"), ["--max-runs must be at least 1"]),
        ("", "", ("--jobs", "0"), ["jobs must be from 1 to 1000"]),
        ("hold_out = 0.2", "hold_out = 2000", (), ["hold_out is 2000, of 200 training images"]),
        ("hold_out = 0.2", "hold_out = nan", (), ["hold_out must be"]),
        ("hold_out = 0.2", "hold_out = 0", (), ["hold_out must be above 0 (it is 0)"]),
        ('["mlp"]', '["mpl"]', (), ["Unknown architecture 'mpl'. Did you mean 'mlp'?"]),
        ('["numpy"]', '["nump"]', (), ["Unknown backend 'nump'. Did you mean 'numpy'?"]),
        ("seeds = [0, 1]", "seeds = []", (), ["No seed given"]),
        ("seeds = [0, 1]", 'mode = "both"', (), ["A sweep has one mode and one tuning"]),
        ("0.001, 0.1", "0.001, -0.1", (), ["Setting learning_rate = -0.1", "of network 'mlp'"]),
        ("[[exclude]]", "[exclude]", (), ["exclude must be a list"]),
        (GRID, "", (), ["nothing varies in it"]),
        (GRID, "[grid", (), ["grid.toml does not describe a sweep"]),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_is_written(folder, old, new, options, told):
    """The message says what is wrong and what is valid; there is no folder."""
    (folder / "grid.toml").write_text(GRID.replace(old, new) if old else GRID)
    message = refusal(swept(folder, *options))
    assert all(words in message for words in told), message
    assert not (folder / "out").exists()


def test_a_folder_of_another_sweep_is_left_alone(folder):
    """Other settings are another sweep: the folder's records and its grid stay as they are."""
    assert swept(folder, "--quiet", "--no-chosen").returncode == 0
    (folder / "grid.toml").write_text(GRID.replace("0.2", "0.1"))
    assert "holds another comparison" in refusal(swept(folder))
    assert (folder / "out" / "sweep.toml").read_text() == GRID


ASKED = """
import mnist_compare.search.estimate as estimate
from mnist_compare.cli import main
estimate.HOUR = 0.0
main()
"""


def test_a_terminal_is_asked_above_an_hour(folder):
    """Whoever says no has trained nothing; where there is no terminal, it is said, and the sweep begins."""
    command = [sys.executable, "-c", ASKED, "sweep", "grid.toml", "--output", "out"]
    master, slave = pty.openpty()
    with subprocess.Popen(command, cwd=folder, stdin=slave, stdout=slave, stderr=slave) as process:
        os.write(master, b"n\n")
        assert process.wait(60) == 1
    os.close(slave)
    assert b"Begin? [y/N]" in os.read(master, 100_000)
    os.close(master)
    assert not (folder / "out").exists()


def test_an_estimate_in_words():
    """Seconds, minutes, hours or days, what is done already, and what could not be measured."""
    assert [duration(seconds) for seconds in (0, 1, 89, 90, 5000, 5400, 40_000, 200_000)] == [
        *("about 1 second", "about 1 second", "about 89 seconds", "about 2 minutes", "about 83 minutes"),
        *("about 1.5 hours", "about 11 hours", "about 2.3 days"),
    ]
    assert str(Estimate(48, 12, 6, 7200.0, ("keras",))) == (
        "48 runs, 12 of them done, and then 6 runs of what is chosen: about 2 hours left, besides keras, which could "
        "not be measured."
    )
