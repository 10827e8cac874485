"""Settings of a network: what varies, how they are judged, and whether backends agree on the best one."""

from io import StringIO

import pytest
from msgspec.structs import replace
from rich.console import Console
from synthetic_records import make_record
from synthetic_settings import RATES, rates, sweep, trial

from mnist_compare.records.record import Status
from mnist_compare.report import write_report
from mnist_compare.report.caveats import caveats
from mnist_compare.report.console import render
from mnist_compare.report.judged import judged_document
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.page.page import report_page
from mnist_compare.report.setting_agreement import kendall, kendall_interval, order_agreements, setting_sentences
from mnist_compare.report.settings import Judging, find_studies
from mnist_compare.report.statistics import group_runs

FASTER = {"torch": {}, "keras": {0.01: 0.1}}
"""In keras another learning rate is the best one."""


def studies(records):
    return find_studies(group_runs(records))


@pytest.fixture(scope="module")
def swept():
    return sweep()


def test_what_varies(swept):
    """The parts of the recipe that differ are axes; numbers are in order, and a part that some lack is told so."""
    (study,) = studies(swept)
    assert len(study.settings) == 48
    axes = {axis.field: axis.all_words(study.recipes) for axis in study.axes}
    assert axes["learning_rate"] == ["0.0001", "0.001", "0.01", "0.1"]
    assert axes["batch_size"] == ["32", "64", "128"]
    assert axes["optimizer"] == ["sgd", "adam"]
    assert axes["shuffle"] == ["yes", "no"]


def test_networks_with_one_recipe_each_have_no_settings():
    """Networks as their documents train them are no settings of one another."""
    assert studies([make_record(architecture=name) for name in ("cnn", "linear", "lenet")]) == ()


@pytest.mark.parametrize(
    ("judged_on", "validation", "judging"),
    [("validation", 0, Judging.HELD_OUT), ("test", 600, Judging.OWN), ("test", 0, Judging.TEST)],
)
def test_what_settings_are_judged_by(judged_on, validation, judging):
    """Held-out images of a sweep first, then validation images; by test images there is a caveat not to choose."""
    records = rates({"torch": {}}, judged_on=judged_on)
    records = [
        replace(
            one,
            spec=replace(one.spec, data=replace(one.spec.data, validation_size=validation)),
            history=[replace(epoch, validation_accuracy=0.5, validation_loss=1.0) for epoch in one.history],
        )
        for one in records
    ]
    (study,) = studies(records)
    assert study.judging is judging
    assert (study.ranked[0].score.mean == 0.5) == (judging is Judging.OWN)
    titles = [caveat.title for caveat in caveats(group_runs(records), records, ())]
    assert ("Settings compared by test images" in titles) == (judging is Judging.TEST)


def test_runs_that_diverged_come_last():
    """A setting that diverged with one seed is behind all others, whatever the other seeds have come to."""
    records = rates({"torch": {0.1: None}}, seeds=2)
    better = trial("torch", make_record().spec.recipe.changed(learning_rate=0.1), 0.0, seed=5)
    (study,) = studies([*records, better])
    assert study.ranked[-1].name == "lr 0.1"
    assert study.ranked[-1].scores["torch"].words == "100.00 % (2 diverged)"
    assert "lr 0.1" not in study.best_names.values()


def test_equal_scores_are_told_as_such():
    """Where matched runs come to the same everywhere, that is the answer."""
    (sentence,) = setting_sentences(studies(rates({"torch": {}, "keras": {}})))
    assert sentence.startswith("torch and keras agree: every one of 4 settings has exactly the same accuracy in each")
    assert "The runs are matched" in sentence
    native = [
        replace(one, mode="native", spec=replace(one.spec, mode="native")) for one in rates(FASTER | {"keras": {}})
    ]
    assert "matched" not in setting_sentences(studies(native))[0]


def test_backends_that_agree():
    """The same best setting in each, with the correlation of the orders, and what few settings and seeds allow."""
    (sentence,) = setting_sentences(studies(rates({"torch": {}, "keras": dict.fromkeys(RATES, 0.01)})))
    assert sentence.startswith("torch and keras agree on the best of 4 settings: lr 0.01. Kendall's tau")
    assert "Of 4 settings an order says little" in sentence
    assert "With one seed" in sentence


def test_backends_that_do_not_agree():
    """The best of each is named, with what it costs to take the other's, and whether chance explains that."""
    (study,) = studies(rates(FASTER))
    (pair,) = order_agreements(study)
    (sentence,) = setting_sentences([study])
    keras = {one.name: one.scores["keras"].mean for one in study.settings}
    assert pair.cost >= keras["lr 0.001"] - keras["lr 0.01"] > 0
    assert "do not agree on the best of 4 settings: torch's is lr 0.01 and keras's is lr 0.001." in sentence
    assert f"at most {100 * pair.cost:.2f} points, which is more than the interval of the best allows" in sentence
    close = rates({"torch": {0.001: -0.035}, "keras": {0.01: 0.01, 0.001: -0.035}})
    assert "chance may explain it" in setting_sentences(studies(close))[0]


def test_one_backend_has_nobody_to_agree_with():
    """Its best setting is told, without a word on agreement."""
    found = studies(rates({"torch": {}}))
    assert setting_sentences(found) == []
    assert "| cnn | torch | lr 0.01 |" in report_markdown(rates({"torch": {}}), {})


def test_a_setting_with_which_nothing_was_learnt_is_named():
    """Where one of two learning rates is too high in every backend, the report says which one that was."""
    noises = {name: {0.1: None} for name in ("torch", "keras")}
    records = [one for one in rates(noises) if one.spec.recipe.optimizer.learning_rate in (0.1, 0.01)]
    records = [replace(one, history=[]) if one.status is Status.DIVERGED else one for one in records]
    assert [group.label for group in group_runs(records)] == ["cnn, lr 0.1", "cnn, lr 0.01"]
    assert "| keras | cnn, lr 0.1 | 0 | diverged |" in report_markdown(records, {})


def test_settings_of_which_nothing_came_to_an_end(tmp_path):
    """Runs that were stopped after an epoch have a course and no result: their report is written, page and all."""
    records = [replace(one, status=Status.TIMED_OUT) for one in rates({"torch": {}, "keras": {}})]
    assert studies(records) == ()
    other = [make_record(architecture="mlp", recipe=one.spec.recipe) for one in records[:2]]
    for found in (records, [*records, *other]):
        write_report(tmp_path, found)
        assert "timed out" in (tmp_path / "report.html").read_text()


def test_backends_agree_on_what_all_have_a_result_of():
    """A setting that diverged in one backend is none that all agree on, though it be the best in the others."""
    noises = {"torch": {0.01: -0.1}, "keras": {0.01: None}, "paddle": {0.01: -0.1}}
    (study,) = studies(rates(noises))
    assert study.best_names == {"torch": "lr 0.01", "keras": "lr 0.001", "paddle": "lr 0.01"}
    (sentence,) = setting_sentences([study])
    assert sentence.startswith(
        "torch, keras and paddle agree: every one of the 3 settings that all have a result of has exactly the same "
        "accuracy in each, the best of them with lr 0.001."
    )
    assert [one.count for one in order_agreements(study)] == [3, 3, 3]


@pytest.mark.parametrize("seeds", [1, 2])
@pytest.mark.parametrize("backends", [("torch",), ("torch", "keras"), ("torch", "keras", "paddle")])
@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("shift", [0.0, 0.01])
def test_reports_of_few_settings(count, backends, seeds, shift, tmp_path):
    """Two learning rates in two frameworks are the first thing that people try: each has its report, however few."""
    found = rates({name: {RATES[0]: shift * place} for place, name in enumerate(backends)}, seeds=seeds)
    records = [one for one in found if one.spec.recipe.optimizer.learning_rate in RATES[:count]]
    write_report(tmp_path, records)
    Console(width=120, file=(printed := StringIO())).print(render(records))
    for text in (*((tmp_path / name).read_text() for name in ("report.md", "report.html")), printed.getvalue()):
        assert "lr 0.01" in text
        assert ("agree" in text) or len(backends) == 1


def test_kendall():
    """By hand: of 6 pairs 5 are in the same order, so that tau is 4/6; the interval holds it, and needs 8 settings."""
    assert kendall([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(4 / 6)
    assert kendall([1, 1, 1], [1, 2, 3]) is None
    assert (kendall([1, 2], [3, 4]), kendall([1, 2], [4, 3]), kendall([1, 1], [4, 3])) == (1, -1, None)
    assert kendall_interval((1, 2, 3, 4), (1, 2, 4, 3)) is None
    interval = kendall_interval(tuple(range(10)), (0, 1, 2, 4, 3, 5, 6, 8, 7, 9))
    assert -1 <= interval.low < interval.middle <= interval.high <= 1


def test_a_sweep_speaks_of_validation(swept, tmp_path):
    """Nothing in report, page and terminal calls held-out images test images, and all say that the test set was not
    looked at; what was chosen is linked where it is there.
    """
    note = "held out of the training images. The test set was not looked at."
    console = Console(width=120, file=StringIO())
    console.print(render(swept))
    (tmp_path / "chosen").mkdir()
    for name in ("report.md", "report.html"):
        (tmp_path / "chosen" / name).touch()
    write_report(tmp_path, swept)
    markdown, page = ((tmp_path / name).read_text() for name in ("report.md", "report.html"))
    for text in (markdown, page, console.file.getvalue()):
        assert note in " ".join(text.split())
        assert not [told for told in ("test accuracy", "test images", "test loss", "500 test") if told in text.lower()]
        assert "validation accuracy" in text
    assert "(chosen/report.md)" in markdown
    assert 'href="chosen/report.html"' in page
    assert "judged_on" in (tmp_path / "results.csv").read_text()


def test_commands_stay_as_they_are():
    """A path that speaks of test images is no word of the report."""
    text = "Test images\n```\n--data 'test images'\n```\n"
    assert judged_document(text, "validation") == text.replace("Test images", "Validation images")


def test_own_validation_beside_held_out_images():
    """Where trials have validation images of their own too, the held-out ones have another name."""
    records = [
        replace(one, spec=replace(one.spec, data=replace(one.spec.data, validation_size=100)))
        for one in rates({"torch": {}})
    ]
    assert "held-out accuracy" in report_markdown(records, {})


def test_a_report_of_many_settings_stays_short(swept):
    """Details are of the best setting alone, which is said; the section on settings stands first and has them all."""
    text, page = report_markdown(swept, {}), report_page(swept)
    assert text.count("## Network") == 1
    assert text.index("## Settings") < text.index("## Accuracy")
    assert "tables and figures are of the best setting alone" in text
    assert page.index('id="settings"') < page.index('id="summary"')
    assert page.count("<figure>") < 40
    assert len(page) < 1_500_000
