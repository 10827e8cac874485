"""Figures of accuracy, certificate and speed: marks stand at the records' values, and titles claim what they show."""

import msgspec
import pytest
from drawings import drawn, is_hollow, marks, parsed, place, texts, titles
from synthetic_records import make_record

from mnist_compare.certify.case import make_case
from mnist_compare.certify.certificate import Certificate, Pair
from mnist_compare.certify.gaps import Tolerance
from mnist_compare.records.timing import Times, Timing
from mnist_compare.report.certified import OwnCertificate, certified_groups
from mnist_compare.report.page.pictures import pictures_of
from mnist_compare.report.paired import FEWEST
from mnist_compare.report.statistics import group_runs

TOLERANCE = Tolerance(1e-12, 1e-10, 1e-10, 1e-10, 1e-10, 1e-9)


def runs(**accuracies):
    """Runs of cnn by these backends with the accuracies of seeds 0 and on."""
    return [
        make_record(name, seed=seed, test_accuracy=accuracy)
        for name, values in accuracies.items()
        for seed, accuracy in enumerate(values)
    ]


def seeds(**accuracies):
    return drawn("accuracy", runs(**accuracies))["seeds"]


def pairs(**accuracies):
    return drawn("accuracy", runs(**accuracies))["pairs"]


def test_every_seed_stands_at_its_accuracy():
    """Marks of seeds are as far apart as their accuracies, each with its value."""
    found = marks(seeds(torch=[0.980, 0.982, 0.986], keras=[0.981, 0.982, 0.983]).wide)
    x = {name: place(mark)[0] for name, mark in found.items()}
    first, second, third = (x[f"cnn, torch, seed {i}: {a} %"] for i, a in enumerate(("98.00", "98.20", "98.60")))
    assert third - second == pytest.approx(2 * (second - first), abs=0.3)
    assert place(found["cnn, keras, seed 1: 98.20 %"])[0] - second == pytest.approx(-2.2, abs=3)  # a square's corner


def test_mean_and_interval_are_told():
    """The mean of the seeds and its 95 % interval are under the pointer."""
    assert "cnn, torch: mean 98.20 %, 95 % interval 97.70 to 98.70" in titles(seeds(torch=[0.980, 0.982, 0.984]).wide)


def test_panels_share_their_width():
    """A difference of accuracies is the same distance in the panels of all networks."""
    records = [
        *(make_record("torch", "cnn", seed=i, test_accuracy=a) for i, a in enumerate((0.98, 0.982))),
        *(make_record("torch", "mlp", seed=i, test_accuracy=a) for i, a in enumerate((0.96, 0.966))),
    ]
    found = marks(drawn("accuracy", records)["seeds"].narrow)
    x = [
        place(found[f"{n}, torch, seed {i}: {a} %"])[0]
        for n, a, i in (("cnn", "98.00", 0), ("cnn", "98.20", 1), ("mlp", "96.00", 0), ("mlp", "96.60", 1))
    ]
    assert x[3] - x[2] == pytest.approx(3 * (x[1] - x[0]), abs=0.4)


@pytest.mark.parametrize(
    ("accuracies", "finding"),
    [
        ({"torch": [0.98], "keras": [0.9803]}, "torch and keras are within 0.03 points of each other in cnn"),
        ({"torch": [0.98], "keras": [0.98]}, "torch and keras have the same test accuracy in cnn"),
        ({"torch": [0.98, 0.99]}, "torch recognised 98.50 % of the test images"),
        ({"torch": [0.98], "keras": [0.98004]}, "torch and keras are within 0.01 points of each other in cnn"),
    ],
)
def test_how_far_accuracies_are_apart(accuracies, finding):
    """The title says by how much at most, never less than it is, and claims no equality that is none."""
    assert seeds(**accuracies).finding == finding


def test_several_networks_are_told_by_the_widest():
    """Of many networks, the title names the one whose backends are furthest apart."""
    records = [
        make_record(b, n, test_accuracy=a)
        for b, n, a in (
            ("torch", "cnn", 0.98),
            ("keras", "cnn", 0.981),
            ("torch", "mlp", 0.96),
            ("keras", "mlp", 0.964),
        )
    ]
    assert drawn("accuracy", records)["seeds"].finding == (
        "Within a network, accuracies are at most 0.40 points apart; most in mlp"
    )


def test_few_seeds_claim_nothing():
    """Below the fewest seeds a pair is hollow and says so."""
    found = pairs(torch=[0.98, 0.981], keras=[0.98, 0.98])
    assert (
        found.finding == f"Too few seeds to claim that accuracies are equal or differ: 2 of the {FEWEST} that it takes"
    )
    assert "too few seeds (2)" in texts(found.wide)
    assert all(map(is_hollow, marks(found.wide).values()))


@pytest.mark.parametrize(
    ("gap", "verdict", "finding"),
    [
        (0.00001, "equal", "torch and keras are shown to be equal in cnn, within ±0.1 points"),
        (0.004, "larger", "torch is shown to be more accurate than keras in cnn, by 0.40 points"),
        (-0.004, "smaller", "torch is shown to be less accurate than keras in cnn, by 0.40 points"),
        (0.001, "undecided", "It is undecided whether torch and keras are equally accurate in cnn"),
    ],
)
def test_pairs_have_their_verdict(gap, verdict, finding):
    """A pair's word is that of the paired tests, filled, with the difference at its mean."""
    wobble = (0.0003, -0.0003, 0.0001, -0.0001, 0.0002, -0.0002) if verdict != "undecided" else (0.002, -0.002) * 3
    found = pairs(torch=[0.98 + gap + w for w in wobble], keras=[0.98] * 6)
    assert found.finding == finding
    assert verdict in texts(found.wide)
    assert verdict in texts(found.narrow)
    (told,) = marks(found.wide)
    assert f"{abs(100 * gap):.3f} points" in told
    assert told.endswith(f"6 seeds: {verdict}")
    assert not is_hollow(marks(found.wide)[told])


def certificate(*outcomes, gaps=(0.0, 1e-16, 3e-15, 2e-15)):
    """A float64 certificate of cnn whose pairs of torch, keras and paddle have these outcomes."""
    spec = make_record().spec
    case = make_case(spec.architecture, spec.recipe.changed(precision="float64"), spec.data, steps=len(gaps))
    names = ("torch", "keras", "paddle")
    found = [
        Pair(
            "cnn",
            "cnn",
            "cnn",
            "float64",
            a,
            b,
            outcome == "match",
            len(gaps),
            loss_gap=max(gaps),
            first_step_out=None if outcome == "match" else 3,
            quantity_out=None if outcome == "match" else "loss",
            tolerance=TOLERANCE,
            loss_gaps=list(gaps),
            verdict=outcome,
            certified_steps=2,
        )
        for (a, b), outcome in zip((names[:2], names[::2], names[1:]), outcomes, strict=False)
    ]
    return OwnCertificate(
        Certificate(
            all(p.passed for p in found),
            found,
            [case],
            list(names),
            {},
            {},
            1,
            {},
            "",
            "2026-01-01T00:00:00Z",
            "0.1.0",
            "0" * 64,
        )
    )


def gap_picture(*outcomes, **changes):
    (found,) = pictures_of("certificate", group_runs([make_record()]), [certificate(*outcomes, **changes)])
    return found


def test_gaps_of_a_match():
    """The title tells the largest gap of all pairs, and the line of each where it came."""
    found = gap_picture("match", "match", "match")
    assert (
        found.finding
        == "All 3 pairs match: the losses are never further apart than 3.0 \N{MULTIPLICATION SIGN} 10⁻¹⁵ in float64"
    )
    assert "cnn, torch and keras: largest gap 3.0 \N{MULTIPLICATION SIGN} 10⁻¹⁵, at step 3 of 4: match" in titles(
        found.wide
    )
    assert "tolerance 1.0 \N{MULTIPLICATION SIGN} 10⁻¹²" in titles(found.wide)


def test_gaps_of_nothing_stand_on_their_own_line():
    """Losses equal to the last bit lie on the line of 0, below the axis of powers."""
    root = parsed(gap_picture("match", gaps=(0.0, 0.0, 0.0)).wide)
    zero = next(float(t.get("y")) for t in root.iter("text") if t.text == "0") - 2
    (dots,) = [path.get("d") for path in root.iter("path") if path.get("class") == "dots"]
    assert {float(dot.split()[1].removesuffix("h0")) for dot in dots.split("M") if dot} == {zero}


@pytest.mark.parametrize(
    ("outcomes", "finding", "word"),
    [
        (
            ("differ", "match", "match"),
            "Of 3 pairs, 2 match and 1 differs (torch and keras in cnn, from step 3 on)",
            "step 3",
        ),
        (("match", "undecidable"), "Of 2 pairs, 1 matches and 1 cannot be decided to the last step", "step 3"),
    ],
)
def test_gaps_of_no_match(outcomes, finding, word):
    """Pairs that part are counted and the step is marked."""
    found = gap_picture(*outcomes, gaps=(0.0, 1e-16, 1e-9, 1e-8))
    assert found.finding == finding
    assert word in texts(found.wide)


def test_no_certificate_no_gaps():
    """Without a certificate there is no figure of one."""
    assert drawn("certificate", [make_record()]) == {}


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
    assert not is_hollow(marks(found.wide)["cnn, torch: the fastest"])


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
    assert found.finding == "torch trains cnn fastest: about 2.0 times as fast as paddle"


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
    assert "not compared" in texts(found.wide)


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
