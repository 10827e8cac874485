"""Which default accounts for how much of a gap, and what of it may be claimed."""

from io import StringIO

import pytest
from msgspec.structs import replace
from rich.console import Console
from synthetic_records import make_record

from mnist_compare.recipe import Adam
from mnist_compare.report.claims import claims
from mnist_compare.report.console import render
from mnist_compare.report.gap_parts import find_modes, gaps
from mnist_compare.report.gap_words import effects_table, part_sentences, parts_table
from mnist_compare.report.limits import detailed
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.page.page import report_page
from mnist_compare.report.statistics import group_runs

SEEDS = range(8)
NOISE = (0.0, 0.0002, -0.0001, 0.0003, -0.0002, 0.0001, 0.0002, -0.0001)
MATCHED = {"torch": 0.96, "keras": 0.96}
EFFECTS = {"initializer": {"torch": 0.0, "keras": 0.02}, "epsilon": {"keras": -0.005}, "arithmetic": {"torch": 0.0001}}


def run(backend, mode, seed, accuracy):
    found = make_record(backend, seed=seed, mode=mode)
    recipe = replace(found.spec.recipe, optimizer=Adam())
    return replace(found, test_accuracy=accuracy, spec=replace(found.spec, recipe=recipe))


def runs(seeds=SEEDS, left=0.0, effects=EFFECTS):
    """Two backends in both modes and with defaults alone, which change the accuracy by so much; `left` is of both."""
    found = []
    for seed in seeds:
        for backend, accuracy in MATCHED.items():
            mine = {name: change[backend] for name, change in effects.items() if backend in change}
            modes = {"matched": 0.0, "native": sum(mine.values()) + (left if backend == "keras" else 0.0)}
            modes |= {f"native:{name}": change for name, change in mine.items()}
            for i, (mode, change) in enumerate(modes.items()):
                noise = NOISE[(seed + 3 * i + ord(backend[0])) % len(NOISE)]
                found.append(run(backend, mode, seed, accuracy + change + noise))
    return found


def cells(table, *columns):
    """The cells of some columns, row by row."""
    return [tuple(row[table.columns.index(name)] for name in columns) for row in table.rows]


def test_each_default_gets_its_share():
    """A gap of two points that the initializer of one framework makes is told as its, and nobody else's."""
    groups = group_runs(runs())
    (sentence, *_) = part_sentences(groups)
    assert sentence.startswith("cnn, torch − keras: of the gap of -1.4")  # noqa: RUF001 (a minus between two names)
    assert ", initializer accounts for -2.0" in sentence
    assert sentence.endswith("Shown to be other than 0: the gap, and of its parts initializer and epsilon.")
    found = dict(cells(parts_table(groups), "part", "other than 0"))
    assert found == {
        "all of it": "shown",
        "initializer": "shown",
        "epsilon": "shown",
        "arithmetic": "not shown",
        "engine": "not shown",
        "left over": "not shown",
    }


def test_the_parts_add_up_seed_by_seed():
    """Whatever the parts are, their sum is the gap, and what does not belong to one of them is left over."""
    (gap,) = gaps(find_modes(group_runs(runs(left=0.01)))[0])
    for i, whole in enumerate(gap.whole.differences):
        assert sum(part.differences[i] for part in gap.parts.values()) == pytest.approx(whole)
    assert gap.parts["left over"].interval.middle == pytest.approx(-0.01, abs=0.0005)
    assert gap.seeds == len(SEEDS)


def test_too_few_seeds_claim_nothing():
    """Below six seeds there are means, and in place of every verdict that the seeds are too few."""
    groups = group_runs(runs(range(5)))
    assert set(cells(parts_table(groups), "other than 0")) == {("too few seeds",)}
    assert set(cells(effects_table(groups), "other than 0")) == {("too few seeds",)}
    assert "Nothing of it can be claimed: 5 seeds are too few (6 at least)." in part_sentences(groups)[0]
    assert "Nothing of it can be claimed: one seed is too few" in part_sentences(group_runs(runs(range(1))))[0]


def test_a_gap_that_is_not_shown_has_no_shares():
    """Where frameworks are alike in native mode too, nothing is said to make them differ."""
    same = {"initializer": {"torch": 0.0, "keras": 0.0}}
    assert part_sentences(group_runs(runs(effects=same)))[0].endswith("That there is a gap at all is not shown.")


def test_the_effect_of_a_default_in_each_backend():
    """One row for each backend and default, with what the framework does; one that does not differ there has none."""
    table = effects_table(group_runs(runs()))
    found = cells(table, "backend", "default", "what it is")
    assert [(backend, default) for backend, default, _ in found] == [
        ("torch", "initializer"),
        ("torch", "arithmetic"),
        ("keras", "initializer"),
        ("keras", "epsilon"),
    ]
    assert "1e-7" in found[-1][-1]
    assert dict(zip(table.columns, table.rows[2], strict=True))["change"].startswith("+2.0")


def test_defaults_that_differ_and_were_not_trained_are_named():
    """What is left over may be theirs: the sentence says so. Those that do not differ in the network are named too."""
    told = part_sentences(group_runs(runs()))
    assert "defaults that were not trained alone (keras: arithmetic)" in told[0]
    assert told[1].startswith("cnn: the same in native as in matched mode, and so not trained alone, are")
    assert "keras: generator, rho, first-sum, momentum-decay, momentum-form, weight-decay, norm-epsilon" in told[1]


def test_a_failed_run_leaves_its_seed_out():
    """A seed without one of the parts is in none of them, so that each is of the same seeds."""
    records = [one for one in runs() if (one.backend, one.mode, one.seed) != ("keras", "native:epsilon", 3)]
    (gap,) = gaps(find_modes(group_runs(records))[0])
    assert gap.seeds == len(SEEDS) - 1


def test_without_both_modes_there_is_no_gap():
    """One default alone against matched mode has its effect, and no gap in native mode."""
    groups = group_runs([one for one in runs() if one.mode != "native"])
    assert len(effects_table(groups).rows) == 4
    assert parts_table(groups).rows == ()
    assert part_sentences(groups)[0].startswith("cnn: the same in native")
    assert effects_table(group_runs([one for one in runs() if one.mode in ("matched", "native")])).rows == ()


def test_runs_with_a_default_alone_have_no_place_in_the_verdict():
    """They are there for the tables of gaps: claims, findings and figures are those of both modes alone."""
    records = runs()
    groups = group_runs(records)
    assert [group.label for group in detailed(groups)] == ["cnn, matched", "cnn, native"]
    assert not any("initializer" in str(claim) for claim in claims(groups, ()))
    alone = [one for one in records if one.mode == "native:initializer"]
    assert len(detailed(group_runs(alone))) == 1


def test_all_reports_have_the_tables():
    """Markdown, page and terminal tell the shares, and say what the modes mean; the same records give the same text."""
    records = runs()
    console = Console(width=150, record=True, file=StringIO())
    console.print(render(records))
    text = report_markdown(records, {})
    for told in (text, report_page(records), console.export_text()):
        assert "What each default accounts for (percentage points)" in told
        assert "What each default changes by itself (percentage points)" in told
        assert "Shown to be other than 0: the gap, and of its parts" in told
    assert "**native: and names**: matched mode with the framework's own defaults" in text
    assert report_markdown(records, {}) == text
