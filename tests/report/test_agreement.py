"""What a report says of the agreement of runs, image by image."""

import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from msgspec.structs import replace
from scipy import stats
from synthetic_records import make_record

from mnist_compare.experiment.evaluation import evaluate_outputs
from mnist_compare.experiment.predictions import NOT_KNOWN, Predictions, pack, unpack
from mnist_compare.report.agreement import agreement_sentences, agreement_table, agreements, kappa
from mnist_compare.report.intervals import mcnemar
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.page.page import report_page
from mnist_compare.report.page.pictures import pictures_of
from mnist_compare.report.statistics import group_runs

LABELS = np.random.default_rng(0).integers(0, 10, 2_000)


def predicting(backend, seed, wrong, network="cnn"):
    """A run that takes the images of these numbers for the next class, and all others for what they are."""
    predicted = LABELS.copy()
    predicted[wrong] = (predicted[wrong] + 1) % 10
    record = make_record(backend, network, seed=seed)
    return replace(record, test=replace(record.test, predictions=pack(predicted, LABELS, None)))


def column(table, name):
    """The cells of a column."""
    return [row[table.columns.index(name)] for row in table.rows]


def test_predictions_come_out_as_they_went_in():
    """Every class, every probability in percent, and what is right."""
    random = np.random.default_rng(1)
    outputs = random.normal(0, 3, (2_000, 10)).astype(np.float32)
    found = unpack(evaluate_outputs(outputs, LABELS, "cross_entropy", keep=True).predictions)
    shares = np.exp(outputs.astype(float)) / np.exp(outputs.astype(float)).sum(axis=1, keepdims=True)
    assert (found.classes == outputs.argmax(axis=1)).all()
    assert (found.percents == np.rint(100 * shares.max(axis=1))).all()
    assert (found.right == (outputs.argmax(axis=1) == LABELS)).all()


def test_a_regression_has_no_probabilities():
    """What it predicts is kept, numbers that are no class as such, and nothing of how sure it is."""
    outputs = np.array([[3.2], [-7.0], [1e9], [np.nan]])
    found = unpack(evaluate_outputs(outputs, np.array([3, 1, 2, 0]), "mean_squared_error", keep=True).predictions)
    assert found.classes.tolist() == [3, -1, -1, -1]
    assert set(found.percents.tolist()) == {NOT_KNOWN}
    assert found.right.tolist() == [True, False, False, False]


def test_predictions_are_kept_where_they_are_asked_for_alone():
    """An evaluation that nobody will compare image by image has no list of them."""
    assert evaluate_outputs(np.eye(10), np.arange(10), "cross_entropy").predictions is None


@pytest.mark.parametrize(
    "changed",
    [
        {"count": 1_999},
        {"count": 2**50},
        {"count": 0},
        {"classes": b""},
        {"classes": b"no zlib"},
        {"percents": zlib.compress(bytes(1_999))},
        {"classes": zlib.compress(bytes(10_000_000))},
        {"right": zlib.compress(bytes(3))},
    ],
)
def test_predictions_that_do_not_hold_what_they_declare_are_none(changed):
    """A damaged record has no agreement, and takes no memory for what it only declares."""
    assert unpack(replace(pack(LABELS, LABELS, None), **changed)) is None
    assert unpack(None) is None


def test_calibration_counts_every_image_once():
    """The bins hold all images, the right ones, and the mean of the probabilities."""
    outputs = np.random.default_rng(2).normal(0, 2, (2_000, 10))
    found = evaluate_outputs(outputs, LABELS, "cross_entropy")
    shares = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    sure = shares.max(axis=1)
    assert sum(one.count for one in found.calibration) == found.count
    assert sum(one.right for one in found.calibration) == found.right
    inside = (sure >= 0.5) & (sure < 0.6)
    assert found.calibration[5].count == inside.sum()
    assert found.calibration[5].confidence == pytest.approx(sure[inside].mean())


def test_kappa_is_cohens():
    """The published example: 50 grant proposals, read by two: 20 both yes, 15 both no, 5 and 10 otherwise."""
    a = np.array([1] * 25 + [0] * 25, dtype=np.uint8)
    b = np.array([1] * 20 + [0] * 5 + [1] * 10 + [0] * 15, dtype=np.uint8)
    assert kappa(a, b) == pytest.approx(0.4)
    assert kappa(a, a) == 1
    assert kappa(a * 0, a * 0) is None


@pytest.mark.parametrize(("a", "b"), [(0, 0), (5, 15), (30, 10), (1, 0), (200, 260)])
def test_mcnemar_is_the_exact_test(a, b):
    """It is the binomial test of the images that one alone reads rightly."""
    assert mcnemar(a, b) == pytest.approx(stats.binomtest(a, a + b).pvalue if a + b else 1.0)


def test_pairs_are_counted_image_by_image():
    """Other predictions, and the images that one alone reads rightly, as they were planted."""
    pair = agreements(group_runs([predicting("torch", 0, range(10)), predicting("keras", 0, range(6, 20))])[0])[0]
    assert (pair.a.label, pair.b.label, pair.count) == ("torch", "keras", 2_000)
    assert (pair.differing, pair.only_a, pair.only_b) == (16, 10, 6)


def test_the_seed_matters_more():
    """Frameworks that agree but for an image, at seeds that differ in forty: the report says that the seed matters."""
    records = [
        predicting(backend, seed, [*range(40 * seed, 40 * seed + 20), 1_900 + number])
        for number, backend in enumerate(("torch", "keras", "paddle"))
        for seed in (0, 1, 2)
    ]
    (sentence,) = agreement_sentences(group_runs(records))
    assert "another framework with the same seed changes 2 in each of 9 pairs" in sentence
    assert "another seed in the same framework changes 40 in each of 9 pairs" in sentence
    assert "So the seed matters more than the framework" in sentence
    table = agreement_table(group_runs(records))
    assert column(table, "runs") == [
        "torch and keras",
        "torch and paddle",
        "keras and paddle",
        "torch",
        "keras",
        "paddle",
    ]
    assert column(table, "other prediction") == ["2 of 2,000"] * 3 + ["40 of 2,000"] * 3
    assert sentence in report_markdown(records, {})


def test_the_framework_matters_more():
    """The other way round."""
    records = [
        predicting(backend, seed, [*range(first, first + 30), 1_900 + seed])
        for backend, first in (("torch", 0), ("keras", 100))
        for seed in (0, 1)
    ]
    assert "So the framework matters more" in agreement_sentences(group_runs(records))[0]


def test_what_overlaps_is_not_decided():
    """Where some pairs of seeds differ less than some pairs of frameworks, nothing is claimed."""
    wrong = {("torch", 0): range(30), ("torch", 1): range(28), ("keras", 0): range(10), ("keras", 1): range(60)}
    records = [predicting(*run, found) for run, found in wrong.items()]
    assert "do not show that one matters more" in agreement_sentences(group_runs(records))[0]


def test_one_seed_says_what_it_lacks():
    """Without other seeds there is nothing to compare the frameworks with."""
    records = [predicting("torch", 0, range(3)), predicting("keras", 0, range(5))]
    (sentence,) = agreement_sentences(group_runs(records))
    assert "Of 2,000 predictions, another framework with the same seed changes 2." in sentence
    assert "no pair of seeds" in sentence


def test_the_page_has_a_section_with_a_figure():
    """Its cells are the counts, its finding the range over the pairs, and its answer that of the report."""
    records = [
        predicting(backend, seed, [*range(40 * seed, 40 * seed + 20), 1_900 + number])
        for number, backend in enumerate(("torch", "keras"))
        for seed in (0, 1)
    ]
    (picture,) = pictures_of("agreement", group_runs(records))
    assert picture.finding == "Another framework reads 2 of 2,000 images differently, another seed 40"
    cells = ElementTree.fromstring(picture.wide).findall(".//text")
    counts = [int(cell.text) for cell in cells if cell.text.isdigit()]
    assert sorted(counts) == [2] * 4 + [40] * 4 + [42] * 4
    page = report_page(records)
    assert "So the seed matters more than the framework" in page
    assert 'id="agreement"' in page
    assert 'id="agreement"' not in report_page([make_record("torch"), make_record("keras")])


def test_records_without_predictions_have_no_section():
    """Records of older versions, and those of runs on other images, are left out without a word."""
    assert agreement_table(group_runs([make_record("torch"), make_record("keras")])).rows == ()
    short = make_record("keras")
    few = pack(LABELS[:10], LABELS[:10], None)
    short = replace(short, test=replace(short.test, predictions=few))
    assert agreements(group_runs([predicting("torch", 0, range(3)), short])[0]) == ()
    broken = replace(short, test=replace(short.test, predictions=Predictions(5, b"", b"", b"")))
    assert "Agreement" not in report_markdown([broken], {})


def test_two_versions_of_a_framework_are_no_two_frameworks():
    """Runs of other versions are compared in the table as such, and no sentence says that a framework changed."""
    old, new = predicting("torch", 0, range(3)), predicting("torch", 0, range(50))
    groups = group_runs([old, replace(new, key="new", versions={"torch": "2.9"})])
    assert agreement_sentences(groups) == []
    assert column(agreement_table(groups), "what differs") == ["other versions, same seed"]


def test_a_relay_is_no_other_framework_than_its_members():
    """What a relay and one of its members change is not counted as the change of a framework."""
    wrong = {"torch": range(3), "keras": range(4), "torch+keras": range(90)}
    records = [predicting(backend, 0, found) for backend, found in wrong.items()]
    groups = group_runs(records)
    assert "another framework with the same seed changes 1." in agreement_sentences(groups)[0]
    assert sorted(column(agreement_table(groups), "what differs")) == [
        "other framework, same seed",
        *["some epochs' framework, same seed"] * 2,
    ]


def test_the_finding_of_the_figure_is_of_all_runs():
    """Where some runs only are drawn, its range is that of the sentence beside it nevertheless."""
    records = [
        predicting(backend, seed, range(number * (3 if seed < 6 else 9)))
        for number, backend in enumerate(("torch", "keras"))
        for seed in range(8)
    ]
    groups = group_runs(records)
    assert "(3 to 9 in 8 pairs)" in agreement_sentences(groups)[0]
    (picture,) = pictures_of("agreement", groups)
    assert picture.finding.startswith("Another framework reads 3 to 9 of 2,000 images differently")
    assert "The first 12 runs of a network are drawn." in picture.caption
