"""Figures of settings: cells, lines and marks stand for the records' scores, and the best ones are marked."""

import pytest
from drawings import drawn, marks, parsed, texts, titles
from synthetic_settings import rates, sweep

from mnist_compare.report.page.figures.setting_time import pareto, setting_spots
from mnist_compare.report.settings import find_studies
from mnist_compare.report.statistics import group_runs


@pytest.fixture(scope="module")
def swept():
    return sweep(seeds=1)


@pytest.fixture(scope="module")
def pictures(swept):
    return drawn("settings", swept)


def test_every_figure_has_its_numbers(pictures):
    """Each can be read as a table, too, and has a finding."""
    assert list(pictures) == ["setting-best", "setting-order", "setting-heat", "setting-lines", "setting-time"]
    assert all(picture.numbers and picture.finding for picture in pictures.values())


def test_heat_cells_are_the_best_of_their_settings(swept, pictures):
    """A panel for each backend, a cell for each two values, with the best score of those that share them; frames are
    around the best.
    """
    found = pictures["setting-heat"]
    (study,) = find_studies(group_runs(swept))
    assert "torch" in texts(found.wide)
    assert "The two parts that change most are drawn" in found.caption
    best = study.ranked_in("torch")[0]
    assert f"torch, {best.name}: {best.scores['torch'].words}" in titles(found.wide)
    assert sum(rect.get("class") == "mk p" for rect in parsed(found.wide).iter("rect")) == 3


def test_one_part_is_drawn_with_a_row_for_each_backend():
    """Where the learning rate alone varies, backends are the rows of one panel; what diverged is said."""
    found = drawn("settings", rates({"torch": {}, "keras": {0.1: None}}))
    assert {"torch", "keras", "div."} <= set(texts(found["setting-heat"].wide))
    assert "keras, lr 0.1: diverged" in titles(found["setting-heat"].wide)
    assert "setting-lines" not in found


def test_lines_of_all_settings(swept, pictures):
    """A line for each setting in each backend, and the best one again, in the colour of its backend."""
    found = parsed(pictures["setting-lines"].wide)
    lines = [
        path for path in found.iter("path") if "ln" in path.get("class", "").split() and path.find("title") is not None
    ]
    assert len(lines) == len({record.spec.recipe for record in swept}) * 3 + 3
    assert sum("w1 torch" in path.get("class") for path in lines) == 1
    assert any("dsh" in path.get("class") for path in lines)
    assert "the best 4 settings have" in pictures["setting-lines"].finding


def test_front_of_time_and_accuracy(swept, pictures):
    """On the front nobody is both faster and better; its marks are the large ones."""
    (study,) = find_studies(group_runs(swept))
    spots = [spot for spot in setting_spots(study) if spot.label == "torch"]
    front = pareto(spots)
    for spot in spots:
        beaten = any(o.seconds <= spot.seconds and o.accuracy > spot.accuracy for o in spots)
        assert beaten or spot in front or any(o.accuracy == spot.accuracy for o in front)
    assert len(marks(pictures["setting-time"].wide)) > 40


def test_the_order_of_two_backends(pictures):
    """A mark for each setting that both have trained, with the two best in their own shapes, and tau beside it."""
    found = pictures["setting-order"]
    told = titles(found.wide)
    assert sum(title.startswith("best of torch") for title in told) == 2
    assert any(text.startswith("tau 0.") or text.startswith("tau 1.") for text in texts(found.wide))
