"""What is said of speed holds what is known of it, and no more."""

import json
import math
import re
from pathlib import Path
from statistics import median

import pytest
from msgspec.structs import replace
from synthetic_records import make_record

from mnist_compare.records.frame import to_frame
from mnist_compare.records.timing import FREE_CORES, Times, Timing
from mnist_compare.report.environment import warnings
from mnist_compare.report.ratio import ONE_EPOCH, RUN_TO_RUN
from mnist_compare.report.speed import speeds
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.tables import runtime_table
from mnist_compare.report.verdict import speed_sentences

ROOT = Path(__file__).parents[2]
TWO_CORES = {"cores": 2}


def timed(backend, seconds, **changes):
    """A run of three epochs of that many seconds each, with two threads on two cores."""
    record = make_record(backend, seconds=seconds, machine=TWO_CORES, used_threads=2)
    return replace(record, **changes)


def repeat(seconds, **changes):
    """One more timing of such a run."""
    times = Times(0.2, 1.5, 0.3, 0.4, 0.25, 3 * seconds, 0.6, 0.03)
    return Timing(times, [seconds] * 3, 24_000 / seconds, **changes)


def sentence(*records):
    return " ".join(speed_sentences(group_runs(records)))


def the_ratio(*records):
    ((ratio,),) = [speed.others for speed in speeds(group_runs(records))]
    return ratio


def with_epochs(record, *seconds):
    """The record with these seconds in its epochs."""
    history = [replace(epoch, train_seconds=s) for epoch, s in zip(record.history, seconds, strict=True)]
    return replace(record, history=history)


def test_one_run_of_each_comes_with_its_range():
    """With one timing of each, the factor is an approximate one, and its range holds every epoch's and more."""
    torch = with_epochs(timed("torch", 2.0), 3.2, 1.4, 1.4)
    found = the_ratio(torch, timed("keras", 1.0))
    assert (found.ratio, found.timings) == (pytest.approx(2.0), 1)
    assert found.low == pytest.approx(1.4)
    assert found.high == pytest.approx(3.2)
    steady = the_ratio(timed("torch", 2.0), timed("keras", 1.0))
    assert (steady.low, steady.high) == (pytest.approx(2.0 / RUN_TO_RUN), pytest.approx(2.0 * RUN_TO_RUN))
    assert "keras trained about 2.0 times faster than torch (1.4 to 3.2). One run of each:" in sentence(
        torch, timed("keras", 1.0)
    )


def test_a_single_epoch_says_less():
    """A run of one epoch has no spread of its own: its range is wider."""
    narrow = the_ratio(timed("torch", 2.0), timed("keras", 1.0))
    one = [make_record(name, epochs=1, seconds=s) for name, s in (("torch", 2.0), ("keras", 1.0))]
    assert the_ratio(*one).high > 1.1 * narrow.high


@pytest.mark.parametrize(("factor", "share"), [(RUN_TO_RUN, 0.95), (ONE_EPOCH, 0.975)])
def test_single_runs_differ_by_no_more_than_is_said(factor, share):
    """Of the benchmarks' timings on a quiet machine, 19 of 20 pairs give a ratio so near to that of the medians."""
    near = []
    for row in json.loads((ROOT / "benchmarks" / "results" / "latest.json").read_text()):
        timings = {name: list(filter(None, found)) for name, found in (row.get("values") or {}).items()}
        ours = timings.pop("adapter s", [])
        for name, theirs in timings.items():
            if name.endswith(" s") and min(len(ours), len(theirs)) > 2 and (row["other_cores"] or 0) <= FREE_CORES:
                middle = median(theirs) / median(ours)
                near += [middle / factor <= b / a <= middle * factor for a in ours for b in theirs]
    assert sum(near) / len(near) >= share


@pytest.mark.parametrize("seconds", [1.0, 1.02, 1.1, 1.2])
def test_what_may_as_well_be_equal_is_no_win(seconds):
    """Where the range holds 1, one backend is as fast as the other, whichever was measured to be faster."""
    told = sentence(timed("torch", 1.0), timed("keras", seconds))
    assert told.startswith("torch trained about as fast as keras (")
    assert "times faster" not in told


def test_seeds_give_a_confidence_interval():
    """With several seeds the ratio is that of the logarithms, paired by seed, with the interval of Student's t."""
    torch = [make_record("torch", seed=seed, seconds=s) for seed, s in enumerate((2.0, 2.2, 2.4))]
    keras = [make_record("keras", seed=seed, seconds=s) for seed, s in enumerate((1.0, 1.05, 1.1))]
    found = the_ratio(*torch, *keras)
    logs = [
        math.log(b.history[0].train_seconds / a.history[0].train_seconds) for a, b in zip(keras, torch, strict=True)
    ]
    mean = sum(logs) / 3
    error = math.sqrt(sum((x - mean) ** 2 for x in logs) / 2 / 3)
    assert found.ratio == pytest.approx(math.exp(mean))
    assert found.low == pytest.approx(math.exp(mean - 4.30265 * error), rel=1e-5)
    assert found.high == pytest.approx(math.exp(mean + 4.30265 * error), rel=1e-5)
    told = sentence(*torch, *keras)
    assert told.startswith("keras trained 2.1 times faster than torch (1.8 to 2.4). In brackets: 95 % confidence")
    assert "from 3 timings of each" in told


def test_seeds_that_scatter_make_no_winner():
    """Where the interval of the seeds holds 1, nobody was faster."""
    torch = [make_record("torch", seed=seed, seconds=s) for seed, s in enumerate((1.5, 1.4, 1.45))]
    keras = [make_record("keras", seed=seed, seconds=s) for seed, s in enumerate((1.4, 1.45, 1.4))]
    assert re.match(r"keras trained as fast as torch \(0\.\d+ to 1\.\d+ times\)\.", sentence(*torch, *keras))


def test_the_fastest_is_the_one_that_is_faster_seed_by_seed():
    """Where the medians over the seeds say one thing and every shared seed the other, the shared seeds are believed."""
    torch = [make_record("torch", seed=seed, seconds=s) for seed, s in enumerate((2.0, 4.0, 8.0))]
    keras = [
        make_record("keras", seed=seed, seconds=s) for seed, s in ((0, 1.9), (1, 3.8), (2, 7.6), (3, 20.0), (4, 20.0))
    ]
    assert sentence(*torch, *keras).startswith("keras trained 1.05 times faster than torch (1.03 to 1.08).")
    torch = [make_record("torch", seed=seed, seconds=s) for seed, s in enumerate((6.0, 1.0, 1.0))]
    told = sentence(*torch, make_record("keras", seconds=1.5))
    assert told.startswith("keras trained about 4.0 times faster than torch (2.9 to 5.4).")


def test_runs_without_a_common_seed_are_compared_one_by_one():
    """All runs count where no seed is shared, and give an interval."""
    torch = [make_record("torch", seed=seed, seconds=2.0) for seed in (0, 1, 2)]
    keras = [make_record("keras", seed=seed, seconds=1.0) for seed in (3, 4, 5)]
    assert the_ratio(*torch, *keras).timings == 3


@pytest.mark.parametrize(("first", "second"), [((1.0, 9.0), (9.0, 1.0)), ((1.0, 5.0), (1.0, 1.0))])
def test_where_nothing_is_known_nothing_is_said(first, second):
    """A range that holds 1 and much else makes neither a winner nor two equals, in sentence and table."""
    runs = [make_record("torch", seed=seed, seconds=s) for seed, s in enumerate(first)]
    runs += [make_record("keras", seed=seed, seconds=s) for seed, s in enumerate(second)]
    assert re.match(
        r"It cannot be told whether (torch|keras) trained faster than (torch|keras) "
        r"\((under )?0\.\d+ to (over )?[\d,]+(\.\d+)? times\)\. In brackets: 95 %",
        sentence(*runs),
    )
    table = runtime_table(group_runs(runs)).select("relative time")
    assert sorted(row[0] for row in table.rows) == ["1.00", "–"]  # noqa: RUF001


def test_a_timing_without_a_speed_is_not_compared():
    """A repeated timing that says nothing of speed does not end the report."""
    broken = timed("torch", 2.0, repeats=[repeat(2.0), replace(repeat(2.0), images_per_second=-1.0)])
    assert sentence(broken, timed("keras", 1.0)) == ""


@pytest.mark.parametrize(("torch", "keras"), [(0.028, 0.035), (0.2, 0.9), (0.3, 3.0)])
def test_a_tiny_training_claims_nothing(torch, keras):
    """Tenths of a second of training say nothing of speed, and the sentence says so."""
    told = sentence(timed("torch", torch / 3), timed("keras", keras / 3))
    assert "times" not in told
    assert "too short to tell (1 s at least)" in told


def test_a_disturbed_timing_claims_nothing():
    """Where other work took a core of a run, no factor is named, and the sentence says why and what to do."""
    told = sentence(timed("torch", 3.0, other_cores=1.0), timed("keras", 1.0))
    assert told == (
        "torch is not compared in speed: other work may have disturbed the timing (it kept up to 1.0 cores busy). On a "
        "quiet machine, the same command with --retime times the runs again."
    )
    table = runtime_table(group_runs([timed("torch", 3.0, other_cores=1.0), timed("keras", 1.0)]))
    assert {row[1]: row[table.columns.index("relative time")] for row in table.rows}["torch"] == "–"  # noqa: RUF001


def test_the_undisturbed_are_compared_nevertheless():
    """A disturbed backend takes no claim from the others."""
    told = sentence(timed("torch", 3.0), timed("keras", 1.0), timed("paddle", 9.0, other_cores=0.9))
    assert told.startswith("keras trained about 3.0 times faster than torch (2.2 to 4.1). One run of each")
    assert "paddle is not compared in speed" in told


def test_a_little_other_work_widens_the_range():
    """Each second that other work has a core may cost a second of training: the range holds that."""
    quiet = the_ratio(timed("torch", 2.0), timed("keras", 1.0))
    torch = timed("torch", 2.0, other_cores=0.2)
    disturbed = the_ratio(torch, timed("keras", 1.0))
    assert disturbed.low == pytest.approx(quiet.low * (1 - 0.2 * torch.times.watched / torch.times.training))
    assert disturbed.high == pytest.approx(quiet.high)
    keras = timed("keras", 1.0, other_cores=0.1)
    widened = the_ratio(timed("torch", 2.0), keras)
    assert widened.low == pytest.approx(quiet.low)
    assert widened.high == pytest.approx(quiet.high / (1 - 0.1 * keras.times.watched / keras.times.training))


def test_runs_that_were_trained_together_are_not_compared():
    """Under --jobs, runs take cores from one another: no factor."""
    told = sentence(timed("torch", 2.0, jobs=2), timed("keras", 1.0, jobs=2))
    assert told.startswith("keras and torch are not compared in speed: other runs were trained at the same time.")


def test_a_repeated_timing_takes_the_place_of_a_disturbed_one():
    """Of a run that was timed again on a quiet machine, the quiet timing counts, in sentence, table and frame."""
    torch = timed("torch", 9.0, other_cores=1.0, repeats=[repeat(3.0)])
    told = sentence(torch, timed("keras", 1.0))
    assert told.startswith("keras trained about 3.0 times faster than torch (2.2 to 4.1).")
    (note,) = warnings([torch, timed("keras", 1.0)])
    assert note == (
        "Other work was on the machine during torch cnn (seed 0): 1.0 cores. It was timed again when it was quiet, and "
        "those times count."
    )
    table = runtime_table(group_runs([torch]))
    assert table.select("training s", "s per epoch", "images/s").rows == (("9.00", "3.00", "8,000"),)
    row = to_frame([torch]).iloc[0]
    assert (row["train_seconds"], row["images_per_second"], row["timings"], row["disturbed"]) == (9.0, 8000, 2, False)


def test_a_timing_that_is_disturbed_again_keeps_its_reservation():
    """Where the repetition was disturbed too, there is still no factor, and both note and sentence say so."""
    torch = timed("torch", 9.0, other_cores=1.0, repeats=[repeat(8.0, other_cores=0.9)])
    assert "also repeated; it kept up to 1.0 cores busy" in sentence(torch, timed("keras", 1.0))
    assert any("also when it was timed again" in note for note in warnings([torch]))
    keras = timed("keras", 9.0, other_cores=1.0, repeats=[repeat(8.0, other_cores=0.9)])
    assert any("also when they were timed again" in note for note in warnings([torch, keras]))


def test_several_timings_of_one_seed_give_an_interval():
    """Timings that were repeated on request count like those of other seeds: their median is shown."""
    torch = timed("torch", 2.0, repeats=[repeat(2.1), repeat(2.2)])
    keras = timed("keras", 1.0, repeats=[repeat(1.0), repeat(1.1)])
    assert the_ratio(torch, keras).timings == 3
    assert "from 3 timings of each" in sentence(torch, keras)
    assert runtime_table(group_runs([torch, keras])).select("training s", "timings").rows == (
        ("6.30", "3"),
        ("3.00", "3"),
    )


def test_a_repetition_that_ends_in_other_bits_is_told():
    """A timing of a training that did not come to the same results says so."""
    torch = timed("torch", 2.0, repeats=[repeat(2.0, same=False)])
    assert any("torch cnn (seed 0) did not end in the same bits" in note for note in warnings([torch]))


def test_the_time_of_everything_is_told_beside_training():
    """Who trains fastest need not be done first: table, sentence and frame have both times."""
    torch = timed("torch", 1.4, times=Times(0.2, 0.7, 0.3, 0.1, 0.1, 4.2, 1.0, 0.2, 0.1))
    keras = timed("keras", 1.0, times=Times(0.2, 3.0, 0.3, 0.1, 0.4, 3.0, 2.0, 0.2, 0.1))
    assert "From start to end, everything included, torch took 6.90 s and keras 9.30 s." in sentence(torch, keras)
    table = runtime_table(group_runs([torch, keras])).select("backend", "training s", "total s")
    assert table.rows == (("torch", "4.20", "6.90"), ("keras", "3.00", "9.30"))
    assert list(to_frame([torch, keras])["total_seconds"]) == pytest.approx([6.9, 9.3])


def test_what_table_and_sentence_say_is_the_same():
    """The relative time of the table is the factor of the sentence, and its range the one in brackets."""
    records = [timed("torch", 2.0), timed("keras", 1.0)]
    table = runtime_table(group_runs(records)).select("backend", "relative time", "range")
    assert table.rows == (("torch", "2.00", "1.4 to 2.7"), ("keras", "1.00", "–"))  # noqa: RUF001
