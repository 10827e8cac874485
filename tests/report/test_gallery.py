"""The images on which runs disagree, and how sure networks are, on the page."""

import base64
import io
import re

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image
from synthetic_records import make_record

from mnist_compare.experiment.evaluation import CalibrationBin, evaluate_outputs
from mnist_compare.report.disputed import MOST, disputed
from mnist_compare.report.evaluated_images import EvaluatedImages
from mnist_compare.report.page.figures.reliability import reliabilities, reliability_finding
from mnist_compare.report.page.page import report_page
from mnist_compare.report.page.pictures import pictures_of
from mnist_compare.report.statistics import group_runs

SIZE = 200
LABELS = np.arange(SIZE) % 10
IMAGES = np.random.default_rng(0).integers(0, 256, (SIZE, 1, 28, 28)).astype(np.uint8)


def run(backend, seed, wrong, **changes):
    """A run that is half sure of the next class for the images of these numbers, and right and sure of all others."""
    outputs = np.full((SIZE, 10), -8.0)
    outputs[np.arange(SIZE), LABELS] = 8.0
    outputs[wrong] = -8.0
    outputs[wrong, (LABELS[wrong] + 1) % 10] = outputs[wrong, (LABELS[wrong] + 2) % 10] = 8.0
    outputs[wrong, (LABELS[wrong] + 1) % 10] += 0.1
    record = make_record(backend, seed=seed, test=evaluate_outputs(outputs, LABELS, "cross_entropy", keep=True))
    spec = replace(record.spec, data=replace(record.spec.data, test_size=SIZE))
    return replace(record, spec=spec, **changes)


def evaluated(records):
    """The test images of these runs."""
    return EvaluatedImages(records[0].spec.data, IMAGES, LABELS)


def test_what_frameworks_dispute_comes_first():
    """Images on which two frameworks differ at the same seed, then those on which the seeds do; no others."""
    records = [run("torch", 0, [7]), run("keras", 0, [7, 50]), run("torch", 1, [7, 90]), run("keras", 1, [7, 90])]
    found = disputed(group_runs(records)[0], evaluated(records))
    assert [one.index for one in found] == [50, 90]
    answers = [(a.label, a.predicted, a.runs, a.of, round(a.percent)) for a in found[0].answers]
    assert answers == [("torch", 0, 2, 2, 100), ("keras", 0, 1, 2, 100), ("keras", 1, 1, 2, 52)]
    assert (found[0].image == IMAGES[50]).all()


def test_the_page_shows_them_with_what_each_says():
    """A card has the image as a PNG, dark on light, its label, and every answer with its certainty."""
    records = [run("torch", 0, [3]), run("keras", 0, [50])]
    text = report_page(records, (), evaluated(records))
    sources = re.findall(r'<img src="data:image/png;base64,([^"]+)"', text)
    assert len(sources) == 2
    with Image.open(io.BytesIO(base64.b64decode(sources[0]))) as image:
        assert (255 - np.asarray(image) == IMAGES[3]).all()
    assert "4, 52 % sure" in text
    assert "3, 100 % sure" in text


def test_no_more_than_a_reader_looks_at():
    """Of many disputed images the first ones are shown."""
    records = [run("torch", 0, list(range(100))), run("keras", 0, [])]
    assert len(disputed(group_runs(records)[0], evaluated(records))) == MOST


def test_other_images_are_never_shown():
    """Where the data at hand are not those of the runs, or cannot be had, there is no gallery."""
    records = [run("torch", 0, [3]), run("keras", 0, [50])]
    group = group_runs(records)[0]
    other = replace(records[0].spec.data, fingerprint="f" * 64)
    assert disputed(group, EvaluatedImages(other, IMAGES, LABELS)) == []
    assert disputed(group, EvaluatedImages(records[0].spec.data, IMAGES[:50], LABELS[:50])) == []
    assert disputed(group, None) == []
    assert "<img" not in report_page(records)


def calibrated(backend, *bins, seed=0):
    """A run with these bins: count, right, mean probability."""
    record = make_record(backend, seed=seed)
    return replace(record, test=replace(record.test, calibration=[CalibrationBin(*one) for one in bins]))


def test_the_calibration_error_is_over_all_images():
    """A quarter of the images 10 points too sure, the rest just right, over two seeds: 2.5 points."""
    runs = [calibrated("torch", (50, 40, 0.9), (150, 75, 0.5), seed=seed) for seed in (0, 1)]
    (found,) = reliabilities(group_runs(runs)[0])
    assert found.error == pytest.approx(0.025)
    assert found.excess == pytest.approx(0.025)
    assert (
        reliability_finding([found])
        == "What a network says of its own certainty is off by 2.5 points, and it is too sure on average"
    )
    (picture,) = pictures_of("calibration", group_runs(runs))
    assert "cnn, torch: 90.0 % sure, 80.0 % right, 100 images" in picture.wide


def test_networks_without_probabilities_have_no_calibration():
    """Neither a regression nor a record of an older version has any."""
    old = make_record("torch")
    old = replace(old, test=replace(old.test, calibration=[]))
    assert pictures_of("calibration", group_runs([old])) == []
    assert pictures_of("calibration", group_runs([make_record("torch", "linear")])) == []


def test_bins_that_cannot_be_are_left_out():
    """More right ones than images, or probabilities beyond 1, come from a damaged file."""
    odd = calibrated("torch", (5, 9, 0.5), (5, 3, 7.0), (0, 0, 0.0))
    assert pictures_of("calibration", group_runs([odd])) == []
