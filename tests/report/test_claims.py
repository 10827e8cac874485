"""What a report claims in its first three sentences, and that it claims no more than the records bear."""

from dataclasses import replace as with_changes
from itertools import count
from random import Random

import msgspec
import numpy as np
import pytest
from synthetic_certificates import certify, own
from synthetic_records import make_record

from mnist_compare.records.record import Status
from mnist_compare.report.caveats import caveats
from mnist_compare.report.certified import certified_groups
from mnist_compare.report.claim import Badge
from mnist_compare.report.claims import claims
from mnist_compare.report.statistics import group_runs

QUIET = {"machine": {"cpu": "Example CPU", "cores": 8, "usable_cores": 8}, "other_cores": 0.0, "test_size": 10_000}
TRAINING, ACCURACY, SPEED = range(3)


def told(records, *certificates):
    """The three claims on these records."""
    own_ones = own(*certificates)
    return claims(certified_groups(group_runs(records), own_ones), own_ones)


def seeds(accuracies, seconds=None, **changes):
    """Runs of each backend with the accuracies of seeds 0 and on, on a quiet machine."""
    seconds = seconds or {}
    return [
        make_record(
            name,
            seed=seed,
            test_accuracy=float(value),
            seconds=seconds.get(name, 2.0) + 0.001 * seed,
            **QUIET | changes,
        )
        for name, values in accuracies.items()
        for seed, value in enumerate(values)
    ]


LUCK = 0.98 + 0.003 * np.random.default_rng(0).standard_normal(8)
NOISE = 0.0002 * np.random.default_rng(1).standard_normal(8)


def test_without_a_certificate_the_same_training_is_not_claimed():
    """Nobody reads of the same training where no certificate shows it."""
    claim = told([make_record("torch"), make_record("keras")])[TRAINING]
    assert claim.badge is Badge.OPEN
    assert claim.rest == "There is no certificate yet."


def test_a_certificate_that_matches_is_claimed_with_its_gap():
    """Where every pair matches, the sentence has precision, gap and steps."""
    records = [make_record(name) for name in ("torch", "keras", "paddle")]
    claim = told(records, certify())[TRAINING]
    assert (claim.badge, claim.short) == (Badge.CLAIMED, "The training is the same.")
    assert claim.rest == (
        "In float64 the losses of torch, keras and paddle stay within 1.0 × 10⁻¹⁵ of each other for 5 steps."  # noqa: RUF001
    )


def test_a_pair_that_differs_is_told():
    """Where two backends differ, the training is not the same, and the step is named."""
    records = [make_record(name) for name in ("torch", "keras", "paddle")]
    claim = told(records, certify(apart=[("torch", "paddle"), ("keras", "paddle")]))[TRAINING]
    assert (claim.badge, claim.short) == (Badge.DENIED, "The training is not the same.")
    assert "torch and paddle differ (step 3: loss out by 5.0e-01)" in claim.rest
    assert "the losses of torch and keras stay within" in claim.rest


def test_a_pair_that_could_not_be_compared_is_no_difference():
    """A backend that died while it was certified is not called another training."""
    claim = told([make_record("torch"), make_record("keras")], certify(("torch", "keras")))[TRAINING]
    assert claim.badge is Badge.OPEN
    assert claim.rest == "No certificate of these versions compares torch and keras."


def test_what_rounding_may_explain_is_not_decided():
    """An undecidable pair is neither the same nor another training."""
    claim = told([make_record("torch"), make_record("keras")], certify(doubtful=[("torch", "keras")]))[TRAINING]
    assert claim.badge is Badge.OPEN
    assert "rounding alone may lead as far as torch and keras are apart; up to step 2 they match." in claim.rest


def test_a_certificate_of_other_versions_claims_nothing():
    """What was shown of one version is not said of another."""
    records = [make_record("torch"), make_record("keras")]
    claim = told(records, certify(versions={"torch": {"torch": "1.0"}}))[TRAINING]
    assert claim.badge is Badge.OPEN


def test_of_two_networks_the_certified_one_is_named():
    """A certificate of one network says nothing of the other."""
    records = [make_record(name, network) for name in ("torch", "keras") for network in ("cnn", "mlp")]
    claim = told(records, certify(record=records[0]))[TRAINING]
    assert (claim.badge, claim.short) == (Badge.PART, "The training is the same in cnn.")
    assert "No certificate of these versions compares torch and keras training mlp." in claim.rest


def test_native_runs_are_not_meant_to_be_the_same():
    """In native mode no training is called the same, whatever a certificate says of matched mode."""
    records = [make_record(name, mode="native") for name in ("torch", "keras")]
    assert told(records, certify())[TRAINING].short == "The training is not meant to be the same."


@pytest.mark.parametrize("number", [1, 3, 5])
def test_few_seeds_decide_nothing(number):
    """Below six seeds no framework is called more accurate or as accurate, however far they are apart."""
    claim = told(seeds({"torch": LUCK[:number], "keras": LUCK[:number] - 0.1}))[ACCURACY]
    assert (claim.badge, claim.short) == (Badge.OPEN, "No framework is shown to be more accurate.")
    assert "cannot tell a difference from chance; 6 or more can." in claim.rest


def test_equal_accuracies_are_claimed():
    """With enough seeds, frameworks that are within the margin are called equally accurate."""
    claim = told(seeds({"torch": LUCK, "keras": LUCK + NOISE, "paddle": LUCK - NOISE}))[ACCURACY]
    assert (claim.badge, claim.short) == (Badge.CLAIMED, "The frameworks are equally accurate.")
    assert claim.rest == "Every two of them are shown to be within ±0.1 points of each other over 8 seeds."


def test_the_more_accurate_one_is_named():
    """With enough seeds, the one that is ahead of every other is named with its lead."""
    claim = told(seeds({"torch": LUCK, "keras": LUCK - 0.01 + NOISE, "paddle": LUCK - 0.01 - NOISE}))[ACCURACY]
    assert claim.short == "torch is the most accurate."
    assert "torch is ahead of keras by 1.0" in claim.rest


def test_a_lead_over_one_of_two_is_claimed_in_part():
    """What is shown of one pair is not said of all."""
    wide = LUCK + 0.003 * np.random.default_rng(2).standard_normal(8)
    claim = told(seeds({"torch": LUCK, "keras": LUCK - 0.02 + NOISE, "paddle": wide}))[ACCURACY]
    assert claim.badge is Badge.PART
    assert "the most accurate" not in claim.short


def test_seeds_that_diverged_limit_the_claim():
    """Accuracies of those seeds alone that survived are not claimed without a word on the others."""
    lost = [make_record("torch", seed=9, status=Status.DIVERGED, reason="loss is nan", epochs=1, **QUIET)]
    claim = told([*seeds({"torch": LUCK, "keras": LUCK + NOISE}), *lost])[ACCURACY]
    assert claim.badge is Badge.PART
    assert claim.rest.endswith("Runs that diverged are not counted (torch).")


def test_a_failed_certificate_limits_the_claim_on_accuracy():
    """Another training may well be as accurate, but that is said of another training."""
    claim = told(seeds({"torch": LUCK, "keras": LUCK + NOISE}), certify(apart=[("torch", "keras")]))[ACCURACY]
    assert claim.badge is Badge.PART
    assert "torch and keras do not run the same training." in claim.rest


def test_several_timings_claim_the_fastest():
    """With several seeds on a quiet machine, the fastest one is named with its interval."""
    claim = told(seeds({"torch": LUCK[:3], "keras": LUCK[:3]}, {"torch": 4.0, "keras": 2.0}))[SPEED]
    assert (claim.badge, claim.short) == (Badge.CLAIMED, "keras trains fastest.")
    assert claim.rest == "2.00 times faster than torch (1.96 to 2.04). In brackets: 95 % intervals."


def test_one_timing_of_each_claims_in_part():
    """A single timing is told as about that, and never as claimed."""
    claim = told(seeds({"torch": LUCK[:1], "keras": LUCK[:1]}, {"torch": 4.0, "keras": 2.0}))[SPEED]
    assert (claim.badge, claim.short) == (Badge.PART, "keras trains fastest.")
    assert claim.rest.startswith("About 2.0 times faster than torch (")


def test_near_speeds_are_not_decided():
    """Where the range holds 1, nobody is called faster."""
    claim = told(seeds({"torch": LUCK[:1], "keras": LUCK[:1]}, {"torch": 2.1, "keras": 2.0}))[SPEED]
    assert (claim.badge, claim.short) == (Badge.OPEN, "No framework is shown to train faster.")
    assert "It cannot be told whether keras is faster than torch" in claim.rest


def test_near_speeds_in_several_networks_are_told_together():
    """Of several networks one sentence names those in which nobody is shown to be faster."""
    here, there = (seeds({"torch": LUCK[:3], "keras": LUCK[:3]}, architecture=name) for name in ("cnn", "mlp"))
    claim = told([*here, *there])[SPEED]
    assert claim.rest == "In cnn and mlp it cannot be told which of torch and keras is faster."


def test_a_busy_machine_ranks_nothing():
    """Times that other work may have made longer are not compared, and the sentence says why."""
    busy = {"other_cores": 6.0}
    claim = told(seeds({"torch": LUCK[:1], "keras": LUCK[:1]}, {"torch": 9.0, "keras": 2.0}, **busy))[SPEED]
    assert claim.badge is Badge.OPEN
    assert claim.rest == "The times of keras and torch rank nothing, because other work may have disturbed them."


def test_frameworks_that_do_not_train_the_same_are_not_compared_in_speed():
    """A failed certificate takes the claim on speed away."""
    records = seeds({"torch": LUCK[:3], "keras": LUCK[:3]}, {"torch": 4.0, "keras": 2.0})
    claim = told(records, certify(apart=[("torch", "keras")]))[SPEED]
    assert claim.badge is Badge.OPEN
    assert "torch and keras are not compared, since they are not known to run the same training." in claim.rest


def test_who_did_not_finish_limits_the_claim():
    """The fastest of those that are left is not claimed without a word on the others."""
    lost = [make_record("paddle", status=Status.CRASHED, reason="killed", epochs=0)]
    claim = told([*seeds({"torch": LUCK[:3], "keras": LUCK[:3]}, {"torch": 4.0}), *lost])[SPEED]
    assert claim.badge is Badge.PART
    assert claim.rest.endswith("paddle did not train to the end.")


def test_another_winner_in_another_network_is_told():
    """Where one is fastest here and another there, neither is called the fastest."""
    here = seeds({"torch": LUCK[:3], "keras": LUCK[:3]}, {"torch": 4.0})
    there = seeds({"torch": LUCK[:3], "keras": LUCK[:3]}, {"keras": 4.0}, architecture="mlp")
    claim = told([*here, *there])[SPEED]
    assert claim.short == "Which framework trains fastest depends on the network."


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([], "No run has trained to the end."),
        ([make_record("torch")], "torch alone has trained to the end."),
        ([make_record("torch", status=Status.FAILED, reason="no", epochs=0)], "No run has trained to the end."),
        (
            [make_record(name, status=Status.DIVERGED, reason="nan", epochs=1) for name in ("torch", "keras")],
            "No run has trained to the end.",
        ),
        (
            [make_record("torch"), make_record("keras", "mlp")],
            "No two backends have trained the same network under the same conditions.",
        ),
    ],
    ids=["nothing", "one backend", "failed", "diverged", "other networks"],
)
def test_where_nothing_can_be_compared_nothing_is_claimed(records, why):
    """One backend alone, or none that has finished, gives no claim, and the reason."""
    for claim in told(records, certify()):
        assert claim.badge is Badge.OPEN
        assert claim.rest == why


def test_no_claim_holds_more_than_its_seeds_and_certificates_show():
    """Many random comparisons: no accuracy is decided below six seeds, and no training without a certificate."""
    random, decided, numbers = Random(0), 0, count()
    for _ in range(60):
        seeds_of = {name: random.randrange(3, 9) for name in ("torch", "keras", "paddle")}
        gap = {name: random.choice([0.0, 0.0, 0.002, 0.02]) for name in seeds_of}
        records = [
            make_record(
                name,
                seed=seed,
                key=str(next(numbers)),
                status=random.choice([*[Status.DONE] * 9, Status.DIVERGED]),
                test_accuracy=float(LUCK[seed] - gap[name] + 0.0003 * random.gauss(0, 1)),
                seconds=random.choice([0.1, 1.0, 2.0, 2.1]),
                **QUIET | {"other_cores": random.choice([0.0, 0.0, 6.0])},
            )
            for name, number in seeds_of.items()
            for seed in range(min(number, len(LUCK)))
        ]
        training, accuracy, speed = told(records)
        assert training.badge is Badge.OPEN
        done = {name: {r.seed for r in records if r.backend == name and r.status is Status.DONE} for name in seeds_of}
        most = max(len(done[a] & done[b]) for a in done for b in done if a != b)
        if accuracy.badge is not Badge.OPEN:
            decided += 1
            assert most >= 6
        assert ("equally" in accuracy.short) <= (accuracy.badge is not Badge.OPEN)
        if speed.badge is not Badge.OPEN:
            assert any(name in speed.short for name in seeds_of) or "frameworks" in speed.short
    assert decided > 10


def test_a_claim_reads_as_one_text():
    """The claim as a string is its sentences."""
    claim = told([make_record("torch"), make_record("keras")])[TRAINING]
    assert str(with_changes(claim, rest="")) == claim.short
    assert str(claim) == f"{claim.short} {claim.rest}"


def test_two_precisions_are_not_mixed():
    """Where certificates are of float32 and float64, the gap that is told is of one of them."""
    records = [make_record(name) for name in ("torch", "keras", "paddle")]
    exact = certify()
    pairs = [msgspec.structs.replace(pair, precision="float32", loss_gap=1e-3) for pair in exact.pairs]
    claim = told(records, exact, msgspec.structs.replace(exact, pairs=pairs))[TRAINING]
    assert "In float64 the losses of torch, keras and paddle stay within 1.0 × 10⁻¹⁵" in claim.rest  # noqa: RUF001


def test_a_backend_with_few_seeds_is_not_told_to_have_many():
    """Where one backend has lost most of its seeds, the sentence on its pairs has their number of seeds."""
    claim = told(seeds({"torch": LUCK, "keras": LUCK + NOISE, "paddle": LUCK[:2]}))[ACCURACY]
    assert claim.badge is Badge.PART
    assert claim.rest.endswith(
        "Of the other pairs nothing is known: 2 seeds cannot tell a difference from chance; 6 or more can."
    )
    wide = LUCK + 0.003 * np.random.default_rng(2).standard_normal(8)
    claim = told(seeds({"torch": LUCK, "keras": wide, "paddle": LUCK[:2]}))[ACCURACY]
    assert claim.rest == (
        "Over 8 seeds some are shown neither to differ nor to be within ±0.1 points, and 2 seeds cannot tell a "
        "difference from chance; 6 or more can."
    )


def test_few_seeds_of_one_backend_put_no_doubt_on_the_others():
    """The caveat does not take back what the claim says of the backends that have enough."""
    records = seeds({"torch": LUCK, "keras": LUCK + NOISE, "paddle": LUCK[:2]})
    (caveat,) = [one for one in caveats(group_runs(records), records, ()) if "seeds" in one.title]
    assert caveat.effect == "Of a backend with fewer than 6, a difference in accuracy cannot be told from chance."
    assert not caveat.options


def test_one_network_in_two_modes_has_no_speed_that_depends_on_the_network():
    """Where the fastest one changes with the mode, the network is not what it depends on."""
    times = {"matched": {"torch": 4.0, "keras": 2.0}, "native": {"torch": 2.0, "keras": 4.0}}
    records = [record for mode, own in times.items() for record in seeds(dict.fromkeys(own, LUCK[:4]), own, mode=mode)]
    assert told(records)[SPEED].short == "Which framework trains fastest depends on the setting."


def test_versions_of_one_framework_are_not_called_frameworks():
    """Where one backend alone ran, in two versions, it is those that are equally accurate."""
    records = [
        record
        for version, values in (("1.0", LUCK), ("2.0", LUCK + NOISE))
        for record in seeds({"torch": values}, versions={"torch": version})
    ]
    assert told(records)[ACCURACY].short == "The versions are equally accurate."


def test_the_command_for_a_relay_without_a_certificate_is_one_that_runs():
    """A relay is no backend that a certificate can be of: the command names its members."""
    records = [make_record(name) for name in ("torch", "keras", "torch+keras")]
    (certificate,) = own(certify(("torch", "keras")))
    groups = certified_groups(group_runs(records), (certificate,))
    found = [one for one in caveats(groups, records, (certificate,)) if one.title == "Not certified"]
    assert found
    assert {one.command for one in found} == {"python -m mnist_compare certify --run DIR --backends torch,keras"}
