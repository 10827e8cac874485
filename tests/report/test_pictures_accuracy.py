"""Figures of accuracy: marks stand at the records' values, and titles claim what they show."""

import pytest
from drawings import drawn, is_hollow, marks, place, texts, titles
from synthetic_records import make_record

from mnist_compare.report.paired import FEWEST


def runs(**accuracies):
    """Runs of cnn by these backends with the accuracies of seeds 0 and on."""
    return [
        make_record(name, seed=seed, test_accuracy=accuracy, test_size=10_000)
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
        (
            {"torch": [0.98, 0.99], "keras": [0.98, 0.98]},
            "The mean accuracies of torch and keras are within 0.50 points of each other in cnn",
        ),
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
