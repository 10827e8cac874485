"""Classes that have names are called by them, wherever a report speaks of classes."""

import msgspec
import pytest
from drawings import drawn, marks, parsed, texts
from msgspec.structs import replace
from synthetic_records import make_record

from mnist_compare.data.classes import FASHION_MNIST
from mnist_compare.records.results import append_record, read_records
from mnist_compare.records.spec import DataSpec
from mnist_compare.report.digits import confusion_figure, digit_figure
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.tables import digit_table


def named_record(classes=FASHION_MNIST, **changes):
    record = make_record(**changes)
    data = replace(record.spec.data, source="/data/fashion", fingerprint="1" * 64, classes=classes)
    return replace(record, spec=replace(record.spec, data=data))


def test_tables_and_figures_of_the_page_have_the_names():
    """T-shirt/top stands where there was a 0: in the table, in the figure of classes, and on both sides of mistakes."""
    (group,) = group_runs([named_record()])
    assert [row[0] for row in digit_table(group).rows] == list(FASHION_MNIST)
    found = drawn("classes", [named_record()])
    assert set(FASHION_MNIST) <= set(texts(found["classes"].wide))
    shown = texts(found["confusion"].wide)
    assert all(shown.count(name) == 2 for name in FASHION_MNIST), shown
    assert any(name in found["classes"].finding for name in FASHION_MNIST)
    assert any(f"{name} for " in found["confusion"].finding for name in FASHION_MNIST)
    assert any(told.startswith("cnn, Trouser, torch:") for told in marks(found["classes"].wide))
    for picture in found.values():
        for drawing in (picture.wide, picture.narrow):
            parsed(drawing)


def test_figures_of_the_markdown_have_the_names():
    """The axes of bars and of confusion say the names."""
    from matplotlib.figure import Figure

    from mnist_compare.document.style import backend_styles

    (group,) = group_runs([named_record()])
    for make in (digit_figure, confusion_figure):
        figure: Figure = make(group, backend_styles(["torch"]), "cnn")
        labels = [text.get_text() for text in figure.axes[0].get_xticklabels()]
        assert labels == list(FASHION_MNIST)


def test_numbers_stay_where_there_are_no_names():
    """Digits of MNIST and classes without names are told by their numbers, as before."""
    found = drawn("classes", [make_record()])
    assert "0" in texts(found["confusion"].wide)
    digits = replace(make_record().spec.data, classes=FASHION_MNIST)
    (group,) = group_runs([replace(make_record(), spec=replace(make_record().spec, data=digits))])
    assert group.class_words(0) == "digit 0"
    assert group.class_name(9) == "9"


def test_names_change_neither_records_nor_groups(tmp_path):
    """A spec without names has the JSON that it always had, and runs from before the names stand beside later ones."""
    plain = DataSpec("mnist", "0" * 64, 300, 100)
    assert msgspec.json.encode(plain) == (
        b'{"source":"mnist","fingerprint":"' + b"0" * 64 + b'","train_size":300,"test_size":100,'
        b'"validation_size":0,"subset_seed":0}'
    )
    old, new = named_record(classes=()), named_record(seed=1, finished="2026-01-01T10:01:00Z")
    (group,) = group_runs([old, new])
    assert group.class_name(0) == "T-shirt/top"
    append_record(tmp_path, new)
    assert read_records(tmp_path)[0].spec.data.classes == FASHION_MNIST


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "&amp;", "\u202eabc", "衬衫" * 20])
def test_hostile_names_are_shown_as_text(name):
    """A name is text in the drawings, whatever it holds, and takes no more room than there is."""
    found = drawn("classes", [named_record(classes=(name, *FASHION_MNIST[1:]))])
    for picture in found.values():
        for drawing in (picture.wide, picture.narrow):
            parsed(drawing)
            assert "<script" not in str(drawing)
            assert "\u202e" not in str(drawing)
