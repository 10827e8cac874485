"""What all figures of the page have in common: they are XML, small, and hold their values without a script."""

import re
from pathlib import Path

import pytest
from drawings import all_pictures, drawn, is_hollow, marks, parsed, texts, titles
from msgspec.structs import replace
from synthetic_records import make_record

import mnist_compare.report.page
from mnist_compare.records.results import read_records
from mnist_compare.report.page.looks import looks, mark
from mnist_compare.report.page.pictures import SECTIONS, pictures_of
from mnist_compare.report.page.scales import ErrorScale, LogScale, Scale, span
from mnist_compare.report.statistics import group_runs

REFERENCE = read_records(Path(__file__).parents[2] / "reports" / "reference" / "cnn")
CSS = (Path(mnist_compare.report.page.__file__).parent / "pictures.css").read_text()
RECORDS = [
    make_record(name, network, seed=seed, noise=0.3 + 0.02 * seed, seconds=seconds)
    for network in ("cnn", "mlp")
    for name, seconds in (("torch", 2.0), ("keras", 3.0), ("paddle", 5.0))
    for seed in range(3)
]
HOSTILE = "<script>alert(1)</script>\"'&]]>\0\x1b[2J\u202e\ufffe\n" + "x" * 100


@pytest.mark.parametrize("records", [RECORDS, REFERENCE], ids=["several seeds", "one seed"])
def test_every_drawing_is_xml_with_its_finding(records):
    """All sections have figures, whose two drawings are XML and tell their finding to who cannot see them."""
    groups = group_runs(records)
    others = ("settings", "certificate", "agreement", "calibration")  # for which these records have no data
    assert all(pictures_of(section, groups) for section in SECTIONS if section not in others)
    for picture in all_pictures(groups):
        assert picture.finding
        assert picture.caption.endswith(".")
        for svg, css, width in ((picture.wide, "pic wide", "1040"), (picture.narrow, "pic narrow", "360")):
            root = parsed(svg)
            assert (root.get("class"), root.get("role"), root.get("aria-label")) == (css, "img", picture.finding)
            assert root.get("viewBox").split()[2] == width


def test_both_drawings_hold_the_same():
    """What a wide page shows under the pointer, a phone has too."""
    for picture in all_pictures(group_runs(RECORDS)):
        assert sorted(set(titles(picture.wide))) == sorted(set(titles(picture.narrow))), picture.name


def test_same_records_give_the_same_bytes():
    """A report that is made again is the same file."""
    assert all_pictures(group_runs(RECORDS)) == all_pictures(group_runs(list(RECORDS)))


def test_without_data_there_are_no_figures():
    """No runs, and runs that never began, give no empty frames."""
    refused = make_record(status="refused", reason="no GPU", epochs=0, history=[])
    for records in ([], [refused]):
        assert all_pictures(group_runs(records)) == []


def test_names_cannot_leave_their_place():
    """A name with markup, quotes, controls or a hundred letters is text, is cut off, and is whole in a title."""
    record = make_record("torch")
    spec = replace(record.spec, architecture=replace(record.spec.architecture, name=HOSTILE), backend=HOSTILE)
    changed = [replace(record, backend=HOSTILE, architecture=HOSTILE, spec=spec, seed=seed) for seed in range(2)]
    others = [make_record("keras", seed=seed) for seed in range(2)]
    found = all_pictures(group_runs([*changed, *[replace(r, spec=replace(spec, backend="keras")) for r in others]]))
    assert len(found) > 8
    for picture in found:
        for svg in (picture.wide, picture.narrow):
            root = parsed(svg)
            assert "<script" not in svg
            assert "\x1b" not in svg
            assert {element.tag for element in root.iter()} <= {"svg", "g", "path", "rect", "circle", "text", "title"}
            width = float(root.get("viewBox").split()[2])
            assert max(len(text) for text in texts(svg)) <= width / 7
    assert not any("\u202e" in picture.finding for picture in found)
    whole = " ".join(titles(drawn("accuracy", [*changed, *others])["seeds"].wide))
    assert "alert(1)" in whole
    assert "x" * 100 in whole


def test_colours_come_from_classes_alone():
    """No colour, font or style stands in a drawing, so that a dark page and a strict policy take it as it is."""
    for picture in all_pictures(group_runs(RECORDS)):
        for svg in (picture.wide, picture.narrow):
            assert not re.search(r"style=|#[0-9a-f]{3}|rgb|<style|font|href|\bid=|NaN|nan|inf[^o]", svg), picture.name
            used = {name for found in re.findall(r'class="([^"]*)"', svg) for name in found.split()}
            known = set(re.findall(r"\.([a-z]\w*)", CSS)) | {"torch", "keras", "paddle", "numpy", "wide", "tk"}
            assert used <= known, used - known


def test_text_is_never_small():
    """No text is smaller than 12 units."""
    assert min(float(size) for size in re.findall(r"(?:font-size:|font:400 )(\d+(?:\.\d+)?)px", CSS)) >= 12


def test_many_runs_stay_small():
    """The figures of a thousand runs, in many networks or of many seeds, are a few megabytes at most."""
    recipes = [make_record().spec.recipe.changed(epochs=epochs) for epochs in range(3, 43)]
    many = [
        make_record(n, seed=s, recipe=r, key=f"{n}{s}{i}")
        for i, r in enumerate(recipes)
        for n in ("torch", "keras")
        for s in range(12)
    ]
    deep = [make_record(name, seed=seed) for name in ("torch", "keras") for seed in range(500)]
    for records in (many, deep):
        found = all_pictures(group_runs(records))
        assert sum(len(picture.wide) + len(picture.narrow) for picture in found) < 2_500_000


def test_every_backend_has_a_shape_of_its_own():
    """Known backends have their own class and shape, others share four classes, whatever their names are."""
    found = looks(["torch", "keras", "paddle", "numpy", "jax", "torch 2.4"])
    assert [found[name].css for name in ("torch", "keras", "paddle", "numpy")] == ["torch", "keras", "paddle", "numpy"]
    assert len({re.sub(r'class="[^"]*"', "", mark(look, 5, 5)) for look in found.values()}) == 6
    assert {found["jax"].css, found["torch 2.4"].css} == {"other1", "other2"}


def test_scales_put_values_where_they_belong():
    """Linear, by powers, and by the error; what lies beyond an axis stands at its edge."""
    assert Scale(0, 10, 100, 200)(2.5) == 125
    assert Scale(0, 10, 100, 200)(11) == 200
    assert LogScale(1, 100, 0, 200)(10) == pytest.approx(100)
    assert ErrorScale(0.9, 0.999, 0, 200)(0.99) == pytest.approx(100)
    assert ErrorScale(0.9, 1.0, 0, 200)(1.0) == 200


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        (Scale(0, 10, 0, 300), ["0.0", "2.5", "5.0", "7.5", "10.0"]),
        (Scale(97.5, 98.3, 0, 300), ["97.6", "97.8", "98.0", "98.2"]),
        (Scale(-0.2, 0.2, 0, 200), ["\N{MINUS SIGN}0.2", "0.0", "0.2"]),
        (LogScale(2_000, 60_000, 0, 400), ["2k", "5k", "10k", "20k", "50k"]),
        (LogScale(1e-16, 1.0, 0, 400), ["10⁻¹⁶", "10⁻¹²", "10⁻⁸", "10⁻⁴", "1"]),
        (LogScale(1.1, 1.5, 0, 200), ["1.2", "1.4"]),
        (ErrorScale(0.9, 0.995, 0, 400), ["90", "95", "98", "99", "99.5"]),
    ],
)
def test_ticks_are_round(scale, expected):
    """An axis has numbers that one reads at a glance, and not more than have room."""
    assert [tick.words for tick in scale.ticks(64)] == expected


def test_ends_leave_room():
    """Equal values, and none at all, have an axis too; a small difference does not fill it."""
    assert span([5.0, 5.0]) == pytest.approx((5, 5), abs=1e-4)
    low, high = span([])
    assert low < high
    low, high = span([97.70, 97.71], least=0.5)
    assert high - low == pytest.approx(0.5)
    assert span([float("nan"), 1e200, 2.0, 4.0], pad=0) == (2.0, 4.0)


def test_hollow_is_weaker():
    """One seed is hollow, several are not."""
    one = marks(drawn("accuracy", REFERENCE)["seeds"].wide)
    several = marks(drawn("accuracy", RECORDS)["seeds"].wide)
    assert all(map(is_hollow, one.values()))
    assert not any(map(is_hollow, several.values()))


def test_settings_of_one_network_are_not_called_networks():
    """Of one network in two modes no figure says "both networks", or what is so within the network."""
    records = [
        make_record(name, seed=seed, mode=mode, seconds=seconds, peak_memory_bytes=int(seconds * 10**8))
        for mode in ("matched", "native")
        for name, seconds in (("torch", 2.0), ("keras", 8.0))
        for seed in range(3)
    ]
    groups = group_runs(records)
    found = {p.name: p.finding for section in SECTIONS for p in pictures_of(section, groups)}
    assert found["relative-time"] == "torch is the fastest in both settings"
    assert "least memory in both settings" in found["memory"]
    for name in ("seeds", "throughput", "epochs", "steps"):
        assert "of a setting" in found[name] or "Within a setting" in found[name], found[name]
