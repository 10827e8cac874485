"""No sentence on speed says what cannot be so, whatever the records are."""

import re
from random import Random

import pytest
from msgspec.structs import replace
from synthetic_records import make_record

from mnist_compare.certify.certificate import Pair
from mnist_compare.recipe.mode import Mode
from mnist_compare.records.frame import to_frame
from mnist_compare.records.record import Record
from mnist_compare.records.timing import Times, Timing
from mnist_compare.report.environment import warnings
from mnist_compare.report.statistics import Group, group_runs
from mnist_compare.report.summary import accuracy_sentences
from mnist_compare.report.tables import runtime_table
from mnist_compare.report.verdict import speed_sentences

NUMBER = r"(?:under |over )?([\d,]+(?:\.\d+)?)"
FASTER = re.compile(rf"([\d,.]+) times (faster|slower) than (\w+) \({NUMBER} to {NUMBER}\)")
EQUAL = re.compile(rf"(?:as fast as|,|and) (\w+) \({NUMBER} to {NUMBER} times\)")
APART = Pair("cnn", "cnn", "cnn", "float32", "torch", "keras", False, 5)
ALONE = {"machine": {"cores": 2}, "used_threads": 2}


def timing(seconds, **changes):
    return Timing(Times(0.2, 1.5, 0.3, 0.4, 0.25, 3 * seconds, 0.6, 0.03), [seconds] * 3, 24_000 / seconds, **changes)


def text(*records: Record) -> str:
    return " ".join(speed_sentences(group_runs(records)))


def test_more_threads_than_cores_are_no_other_work():
    """Threads of the run's own take no core from it: nothing disturbs it where nothing else is there."""
    quiet, almost = (timing(2.0, other_cores=others) for others in (0.0, 0.03))
    assert not quiet.is_disturbed(4, 2)
    assert quiet.lost(4, 2) == 0
    assert not almost.is_disturbed(4, 2)
    assert 0 < almost.lost(4, 2) < 0.05
    assert timing(2.0, other_cores=1.0).is_disturbed(4, 2)


@pytest.mark.parametrize(("usable", "disturbed"), [(2, True), (16, False), (None, False)])
def test_a_run_is_judged_by_the_cores_that_it_may_use(usable, disturbed):
    """On a part of a machine, a neighbour may take a core from a run though the machine has others."""
    machine = {"cores": 16, "usable_cores": usable}
    torch = make_record("torch", seconds=3.0, machine=machine, used_threads=2, other_cores=1.0)
    assert torch.is_disturbed is disturbed
    told = text(torch, make_record("keras", seconds=1.0, machine=machine, used_threads=2))
    assert ("torch is not compared in speed: other work may have disturbed" in told) is disturbed


def test_a_disturbed_repetition_of_a_crowded_run_is_called_that():
    """Where a run was first trained beside others, and then alone beside other work, the report tells of that work."""
    torch = make_record("torch", jobs=2, other_cores=1.9, repeats=[timing(2.0, other_cores=1.5)], **ALONE)
    told = text(torch, make_record("keras", **ALONE))
    assert "other work may have disturbed the timing (it kept up to 1.5 cores busy)" in told
    assert "other runs were trained at the same time" not in told
    (note,) = warnings([torch])
    assert note.startswith("Other work was on the machine during torch cnn (seed 0): 1.5 cores. These times")


def test_runs_of_the_same_comparison_are_no_other_work():
    """What a run's siblings took from its first timing is not told once it was timed alone."""
    torch = make_record("torch", jobs=2, other_cores=1.5, repeats=[timing(2.0, other_cores=0.0)], **ALONE)
    assert warnings([torch]) == []


def test_runs_beside_one_another_are_not_called_disturbed():
    """Neither frame nor record calls the other runs of a comparison a disturbance."""
    record = make_record("torch", jobs=2, other_cores=2.0, **ALONE)
    assert not record.is_disturbed
    assert not to_frame([record]).iloc[0]["disturbed"]


def test_a_time_just_below_the_shortest_is_not_rounded_up_to_it():
    """What is too short by a thousandth of a second reads as too short."""
    told = text(make_record("torch", seconds=0.333, **ALONE), make_record("keras", **ALONE))
    assert "0.99 s of training is too short to tell (1 s at least)" in told


def test_a_resumed_run_that_was_timed_again_is_not_marked():
    """The dagger counts the runs whose times are put together, not those timed again in one go."""
    again = make_record("torch", seed=0, resumed=1, repeats=[timing(2.0)], **ALONE)
    note = runtime_table(group_runs([again, make_record("torch", seed=1, resumed=1, **ALONE)])).note
    assert "Interrupted and resumed: 1 of 2 runs of torch." in note


def test_little_work_that_may_have_cost_much_is_named():
    """A reservation names the cores that other work took, however few."""
    long = Times(0.2, 1.5, 0.3, 0.4, 0.25, 3.0, 300.0, 0.03)
    told = text(make_record("torch", seconds=1.0, times=long, other_cores=0.03, **ALONE), make_record("keras", **ALONE))
    assert "it kept up to 0.03 cores busy" in told


def random_record(random: Random, backend: str, seed: int, mode: Mode) -> Record:
    """A run with all that may befall one."""
    machine = {"cores": 4, "usable_cores": random.choice([2, 4])} if random.random() < 0.1 else {"cores": 4}
    changes = [{"jobs": 2}, {"resumed": 1}, *[{}] * 6]

    def others() -> float:
        return random.choice([0.0, 0.0, 0.0, 0.02, 0.2, 1.5, 3.0])

    record = make_record(
        backend,
        seed=seed,
        mode=mode,
        seconds=random.choice([0.1, 1.0, 2.0]) * random.lognormvariate(0, random.choice([0.01, 0.3, 1.0])),
        epochs=random.choice([1, 3, 3]),
        machine=machine,
        used_threads=random.choice([1, 2, 4, 8]),
        other_cores=others(),
        **random.choice(changes),
    )
    again = range(random.choice([0, 0, 1, 3]))
    speed = 24_000 / record.images_per_second if record.images_per_second else 1.0
    return replace(record, repeats=[timing(speed * random.lognormvariate(0, 0.1), other_cores=others()) for _ in again])


def number(word: str) -> float:
    return float(word.replace(",", ""))


def check(group: Group, said: str) -> None:
    """The sentence agrees with itself, with the table, and with the doubts about each row."""
    assert not re.search(r"\b0\.\d+ times (faster|slower)|\b1\.0+ times (faster|slower)|nan|inf", said)
    table = runtime_table([group]).select("backend", "relative time")
    relative = {row[0].split()[0]: row[1] for row in table.rows}
    for factor, word, name, low, high in FASTER.findall(said):
        assert number(low) <= number(factor) <= number(high)
        assert number(low) >= 1
        assert (float(relative[name].replace(",", "")) > 1) == (word == "faster")
    for name, low, high in EQUAL.findall(said.partition(". ")[0] if "as fast as" in said.partition(". ")[0] else ""):
        assert number(low) <= 1 <= number(high)
        assert number(low) <= number(relative[name]) <= number(high)
    trained = re.match(r"(\w+) trained", said)
    if trained:
        assert relative[trained[1]] == "1.00"
    for row in group.rows:
        if re.search(rf"\b{row.label}\b[^:.]* not compared in speed", said):
            assert relative[row.label] in ("–", "1.00")  # noqa: RUF001
            assert not re.search(rf"(than|as fast as) {row.label}\b", said)
    if "other runs were trained at the same time" in said:
        assert any(timing.jobs > 1 for run in group.runs for timing in run.counted)
    apart = [pair.names for pair in group.failed]
    claims = {frozenset((trained[1], name)) for _, _, name, _, _ in FASTER.findall(said)} if trained else set()
    assert not claims & set(apart)
    assert "up to 0.0 cores" not in said


def test_no_combination_of_runs_gives_a_false_sentence():
    """Hundreds of random reports hold no factor below 1, none outside of its range, and none that the table denies."""
    random, claims = Random(0), 0
    for _ in range(400):
        records = [
            random_record(random, backend, seed, random.choice(["matched", "matched", "native"]))
            for backend in ("torch", "keras", "paddle")
            for seed in range(3)
            if random.random() < 0.6
        ]
        for found in group_runs(records):
            failed = (APART,) if random.random() < 0.2 else ()
            group = Group(found.label, found.setting, found.rows, failed)
            for said in speed_sentences([group]):
                check(group, said)
                claims += "times faster" in said
        for note in warnings(records):
            assert ": 0.0 cores" not in note
    assert claims > 20


def test_those_that_share_the_highest_or_lowest_accuracy_are_all_named():
    """What the same number is shown of stands beside it."""
    found = zip(("torch", "keras", "paddle"), (0.97772, 0.9770, 0.97768), strict=True)
    records = [replace(make_record(name), test_accuracy=accuracy) for name, accuracy in found]
    (sentence,) = accuracy_sentences(group_runs(records))
    assert sentence == "97.70 % (keras) to 97.77 % (torch, paddle) of the test images were recognised."
