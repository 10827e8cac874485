"""Figures of speed: marks stand at the records' values, and what cannot be compared has none."""

import msgspec
import pytest
from drawings import certificate, drawn, is_hollow, marks, parsed, place, texts
from synthetic_records import make_record

from mnist_compare.records.latency import Latency
from mnist_compare.records.timing import Times, Timing
from mnist_compare.report.certified import certified_groups
from mnist_compare.report.page.pictures import pictures_of
from mnist_compare.report.statistics import group_runs


def relative(*records, certificates=()):
    groups = certified_groups(group_runs(records), certificates)
    return next(picture for picture in pictures_of("speed", groups, certificates) if picture.name == "relative-time")


def test_relative_times_are_those_of_the_tables():
    """The slower one stands at its ratio on an axis of powers, hollow where there is one timing alone."""
    found = relative(make_record("torch", seconds=2.0), make_record("keras", seconds=4.0))
    assert found.finding == "torch trains cnn fastest: about 2.0 times as fast as keras"
    (told,) = [name for name in marks(found.wide) if "keras" in name]
    assert told.startswith("cnn, keras: 2.0 \N{MULTIPLICATION SIGN} (1.4 to 2.7)")
    assert is_hollow(marks(found.wide)[told])
    assert all(map(is_hollow, marks(found.wide).values()))


def test_several_timings_are_filled():
    """With seeds there is an interval, and the mark is filled."""
    records = [
        make_record(n, seed=s, seconds=t * (1 + 0.01 * s))
        for n, t in (("torch", 2.0), ("keras", 4.0))
        for s in range(4)
    ]
    found = relative(*records)
    assert not any(map(is_hollow, marks(found.wide).values()))
    assert found.finding == "torch trains cnn fastest: 2.00 times as fast as keras"


def test_a_busy_machine_is_not_compared():
    """A disturbed backend has no mark, and the reason at its side; who is fastest is said of the others."""
    machine = {"cpu": "Example CPU", "cores": 8}
    found = relative(
        make_record("torch", seconds=2.0, machine=machine),
        make_record("keras", seconds=1.2, machine=machine, other_cores=7.0),
        make_record("paddle", seconds=4.0, machine=machine),
    )
    assert not any("keras" in name for name in marks(found.wide))
    assert "not compared: machine busy" in texts(found.wide)
    assert found.finding == "Of torch and paddle, torch trains cnn fastest: about 2.0 times as fast as paddle"


def test_equal_speeds_claim_no_winner():
    """Where the range holds 1, nobody is called the fastest."""
    found = relative(make_record("torch", seconds=2.0), make_record("keras", seconds=2.1))
    assert found.finding == "It is not clear which of torch and keras trains cnn fastest"


def test_another_training_is_not_compared():
    """A pair that has failed its certificate is not compared in speed."""
    found = relative(
        make_record("torch", seconds=2.0),
        make_record("keras", seconds=4.0),
        make_record("paddle", seconds=8.0),
        certificates=[certificate("differ", "match", "match")],
    )
    assert "not compared: see certificate" in texts(found.wide)
    assert found.finding.startswith("Of torch and paddle, torch trains cnn fastest")


def test_wins_are_counted_over_networks():
    """Of several networks, the title counts in how many one backend is clearly ahead."""
    records = [
        make_record(b, n, seconds=t)
        for n, torch, keras in (("cnn", 2.0, 6.0), ("mlp", 2.0, 6.0), ("lenet", 6.0, 2.0))
        for b, t in (("torch", torch), ("keras", keras))
    ]
    assert relative(*records).finding == "torch is clearly the fastest in 2 of 3 networks, keras in 1"


def test_bars_of_time_are_as_long_as_the_seconds():
    """Parts of a bar are as wide as the phases are long, and the title tells the share of training."""
    record = make_record("torch", times=Times(1.0, 1.0, 0.0, 0.0, 0.0, 6.0, 2.0, 0.0), images_per_second=12_000)
    found = drawn("speed", [record])["phases"]
    widths = {
        r.find("title").text: float(r.get("width"))
        for r in parsed(found.wide).iter("rect")
        if r.find("title") is not None
    }
    assert widths["cnn, torch, steady training: 6.00 s"] == pytest.approx(
        3 * widths["cnn, torch, evaluation, checkpoints: 2.00 s"], rel=0.01
    )
    assert found.finding == "Steady training took 60 % of the whole time"
    assert "10.0 s" in texts(found.wide)
    assert found.numbers.rows[0][-1] == "10.0"


def test_epochs_stand_in_the_order_of_time():
    """Later runs stand further right, whoever made them, and repeated timings come where they were made."""
    late = Timing(
        Times(training=6.0), [2.5, 2.5, 2.5], 9_000, started="2025-01-01T12:00:00Z", finished="2025-01-01T12:00:09Z"
    )
    first = make_record("torch", started="2025-01-01T11:00:00Z", finished="2025-01-01T11:01:00Z", repeats=[late])
    second = make_record("keras", seconds=3.0, started="2025-01-01T10:00:00Z", finished="2025-01-01T10:01:00Z")
    found = drawn("speed", [first, second])["order"]
    order = sorted(marks(found.wide).items(), key=lambda item: place(item[1])[0])
    assert [name.split(", ")[1] for name, _ in order] == ["keras"] * 3 + ["torch"] * 6
    assert order[-1][0] == "cnn, torch, seed 0, epoch 3: 2.50 s"
    assert found.finding == "The slowest epoch of a backend took at most 25 % longer than its fastest (torch, cnn)"


def test_disturbed_epochs_are_hollow():
    """What other work was beside is hollow, and counted in the title."""
    found = drawn("speed", [make_record("torch"), make_record("keras", jobs=2)])["order"]
    assert {name.split(", ")[1] for name, mark in marks(found.wide).items() if is_hollow(mark)} == {"keras"}
    assert found.finding.endswith("; 1 of 2 timings was disturbed")


def test_accuracy_against_throughput():
    """Marks stand at both values; the title tells how far they are apart, and no factor of what is not compared."""
    quiet = [
        make_record("torch", seconds=2.0, test_accuracy=0.98),
        make_record("keras", seconds=4.0, test_accuracy=0.99),
    ]
    found = drawn("speed", quiet)["throughput"]
    assert set(marks(found.wide)) == {
        "cnn, torch, seed 0: 98.00 %, 12,000 images/s",
        "cnn, keras, seed 0: 99.00 %, 6,000 images/s",
    }
    assert found.finding == "In cnn, accuracy differs by at most 1.00 points, throughput by a factor of up to 2.00"
    busy = [quiet[0], msgspec.structs.replace(quiet[1], jobs=2)]
    found = drawn("speed", busy)["throughput"]
    assert found.finding == "In cnn, accuracy differs by at most 1.00 points; throughput cannot be compared"
    assert sum(map(is_hollow, marks(found.wide).values())) == 1


def latencies(*milliseconds):
    return [Latency(images, ms / 1000, 20) for images, ms in zip((1, 8, 64, 512), milliseconds, strict=False)]


def test_latency_against_batch_size():
    """Marks stand at the medians on logarithmic axes; the numbers can be unfolded."""
    records = [
        make_record("torch", latency=latencies(0.1, 0.2, 0.9, 6.4)),
        make_record("keras", latency=latencies(1.0, 1.1, 2.0, 8.0)),
    ]
    found = drawn("speed", records)["latency"]
    assert found.finding == (
        "A forward pass took 0.10 ms (torch) to 1.0 ms (keras) for one image, 6.4 ms (torch) to 8.0 ms (keras) "
        "for 512 at once"
    )
    shown = marks(found.wide)
    one, eight, most = (
        place(shown[f"torch, cnn, {n}: {ms} ms"])
        for n, ms in (("1 image", "0.100"), ("8 images", "0.200"), ("512 images", "6.40"))
    )
    assert most[0] - one[0] == pytest.approx(3 * (eight[0] - one[0]), abs=1)  # each is eight times the one before
    assert one[1] > eight[1] > most[1]
    assert not any(map(is_hollow, shown.values()))
    assert found.numbers.rows[3] == ("cnn", "torch", "512", "6.40", "80,000", "1")


def test_latency_beside_other_work_is_hollow():
    """What a busy machine has measured is marked so; runs without latencies, of older versions, have no figure."""
    found = drawn("speed", [make_record("torch", latency=latencies(0.1, 0.2), jobs=2)])["latency"]
    assert all(map(is_hollow, marks(found.wide).values()))
    assert "hollow: other work or runs beside it" in texts(found.wide)
    assert "latency" not in drawn("speed", [make_record("torch"), make_record("keras")])


def test_latency_of_several_seeds_has_a_range():
    """Means over the seeds, with their range, and only of those that nothing disturbed."""
    records = [make_record("torch", seed=seed, latency=latencies(0.1 + 0.1 * seed, 0.8)) for seed in range(2)]
    records.append(make_record("torch", seed=2, latency=latencies(9.0, 90.0), jobs=2))
    found = drawn("speed", records)["latency"]
    assert "torch, cnn, 1 image: 0.150 ms" in marks(found.wide)
    assert "range" in str(found.wide)
    assert "Marks are means over the seeds" in found.caption
