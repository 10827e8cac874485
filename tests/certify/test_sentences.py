"""What a certificate says is so, whatever has become of its pairs."""

from itertools import combinations

import pytest
from msgspec.structs import replace
from traces import small_case

from mnist_compare.certify.certificate import Certificate, Pair, missing_pair, overall
from mnist_compare.certify.sentences import headline, verdict
from mnist_compare.certify.tables import cases_table, match_cell

CASE = small_case("mlp", steps=12)
NAMES = ("torch", "keras", "numpy")


def pair(a, b, outcome="match", *, measured=True, step=10, certified=1, less_accurate=()):
    out = {} if outcome == "match" else {"first_step_out": step, "quantity_out": "loss", "gap_out": 1e-9}
    return Pair(
        CASE.name,
        "mlp",
        "mlp",
        "float64",
        a,
        b,
        passed=outcome == "match",
        steps=12,
        loss_gap=1e-15,
        predictions=100,
        verdict=outcome,
        noise=[1e-10] * 12 if measured and outcome != "match" else [],
        noise_out=1e-10 if measured and outcome != "match" else None,
        relative_out=1e-9,
        certified_steps=12 if outcome == "match" else certified,
        less_accurate=less_accurate,
        **out,
    )


def certificate(*pairs):
    return Certificate(
        overall(pairs) == "match", list(pairs), [CASE], list(NAMES), {}, {}, 1, {}, "", "2026-01-01T00:00:00Z", "0", "0"
    )


def every(outcome, **others):
    return [pair(a, b, outcome, **others) for a, b in combinations(NAMES, 2)]


def test_all_match():
    """A match is one sentence, with the gap that there is."""
    assert headline(certificate(*every("match"))) == "match"
    (sentence,) = verdict(certificate(*every("match")))
    assert sentence.startswith("torch, keras and numpy run the same training of mlp: largest loss gap 1.0e-15")


def test_what_was_done_to_the_images_is_told():
    """Below what was trained there is what was done to the images before: that they were resized, for instance."""
    told = "The images were resized from 32x32 to 28x28."
    found = certificate(*every("match"))
    assert cases_table(found).note == ""
    changed = replace(CASE, data=replace(CASE.data, notes=(told,)))
    assert cases_table(replace(found, cases=[changed, changed])).note == told


def test_one_that_differs_from_all_is_named():
    """Where one backend is out and the others agree, it is named once, with the distance from the reference."""
    found = certificate(pair("torch", "keras", "differ"), pair("torch", "numpy"), pair("keras", "numpy", "differ"))
    assert headline(found) == "DO NOT match"
    first, sentence = verdict(found)
    assert first == "2 of 3 pairs do not match."
    assert sentence == (
        "keras trains mlp otherwise than torch and numpy, which agree: step 10: loss out by 1.0e-09, 1.0e-09 of the "
        "largest value, 10 times what rounding alone leads to."
    )


def test_those_that_part_by_rounding_are_not_said_to_agree():
    """Of a pair that is undecidable nothing more is said than that it parts by no more than rounding."""
    found = certificate(
        pair("torch", "keras", "differ"), pair("torch", "numpy", "undecidable"), pair("keras", "numpy", "differ")
    )
    text = " ".join(verdict(found))
    assert "keras trains mlp otherwise than torch and numpy, which part by no more than rounding" in text
    assert "agree" not in text


def test_all_that_differ_are_pairs():
    """Where no backend stands alone, each pair is told."""
    assert verdict(certificate(*every("differ")))[1:] == [
        f"{a} and {b} do not run the same training of mlp: step 10: loss out by 1.0e-09, 1.0e-09 of the largest value, "
        "10 times what rounding alone leads to."
        for a, b in combinations(NAMES, 2)
    ]


def test_a_backend_without_a_training_is_not_called_another():
    """A worker that died proves nothing: neither is its training another one, nor do the others fail with it."""
    reason = "keras: killed as when memory runs out"
    dead = [missing_pair(CASE, "torch", "keras", reason), missing_pair(CASE, "keras", "numpy", reason)]
    found = certificate(*dead, pair("torch", "numpy"))
    assert headline(found) == "are NOT certified"
    assert verdict(found) == [
        "2 of 3 pairs could not be compared.",
        "Nothing is known of a training of mlp: keras: killed as when memory runs out.",
    ]
    text = " ".join(verdict(certificate(*dead, pair("torch", "numpy", "differ"))))
    assert "torch and numpy do not run the same training of mlp" in text
    assert "otherwise" not in text


@pytest.mark.parametrize(
    ("certified", "told"), [(1, "certified up to step 1 of 12"), (0, "No step of it is certified")]
)
def test_what_rounding_explains(certified, told):
    """An undecidable pair is certified up to the last step at which everything was compared, and no further."""
    found = certificate(*every("undecidable", certified=certified))
    assert headline(found) == "differ by no more than rounding"
    first, sentence = verdict(found)
    assert first == "No pair differs by more than rounding."
    assert "mlp is undecidable from step 10: rounding alone leads as far as torch and keras are apart there" in sentence
    assert "where rounding alone leads to 1.0e-10" in sentence
    assert "times" not in sentence
    assert told in sentence
    assert match_cell(found.pairs[0]) == ("to step 1" if certified else "undecidable")


def test_what_could_not_be_measured_is_said():
    """Without a measure of rounding nothing is claimed of it."""
    found = certificate(*every("undecidable", measured=False))
    assert headline(found) == "are undecidable"
    text = " ".join(verdict(found))
    assert "No pair is known to differ." in text
    assert "how far rounding alone leads could not be measured" in text


def test_only_those_that_match_but_for_rounding_are_less_accurate():
    """A backend that differs is not said to compute the same formula."""
    found = certificate(
        pair("torch", "keras", "differ", less_accurate=("keras",)),
        pair("torch", "numpy", "undecidable", less_accurate=("torch",)),
        pair("keras", "numpy", "differ", less_accurate=("keras",)),
    )
    assert [sentence for sentence in verdict(found) if "less accurate" in sentence] == [
        "torch is less accurate in mlp, by the same formula: as far out as sums that add one value after the other."
    ]
