"""The figure of a certificate: lines stand at its gaps, and the title says what it proves."""

import pytest
from drawings import certificate, drawn, parsed, texts, titles
from synthetic_records import make_record

from mnist_compare.report.page.pictures import pictures_of
from mnist_compare.report.statistics import group_runs


def gap_picture(*outcomes, **changes):
    (found,) = pictures_of("certificate", group_runs([make_record()]), [certificate(*outcomes, **changes)])
    return found


def test_gaps_of_a_match():
    """The title tells the largest gap of all pairs, and the line of each where it came."""
    found = gap_picture("match", "match", "match")
    assert (
        found.finding
        == "All 3 pairs match: the losses are never further apart than 3.0 \N{MULTIPLICATION SIGN} 10⁻¹⁵ in float64"
    )
    assert "cnn, torch and keras: largest gap 3.0 \N{MULTIPLICATION SIGN} 10⁻¹⁵, at step 3 of 4: match" in titles(
        found.wide
    )
    assert "tolerance 1.0 \N{MULTIPLICATION SIGN} 10⁻¹²" in titles(found.wide)


def test_gaps_of_nothing_stand_on_their_own_line():
    """Losses equal to the last bit lie on the line of 0, below the axis of powers."""
    root = parsed(gap_picture("match", gaps=(0.0, 0.0, 0.0)).wide)
    zero = next(float(t.get("y")) for t in root.iter("text") if t.text == "0") - 2
    (dots,) = [path.get("d") for path in root.iter("path") if path.get("class") == "dots"]
    assert {float(dot.split()[1].removesuffix("h0")) for dot in dots.split("M") if dot} == {zero}


@pytest.mark.parametrize(
    ("outcomes", "finding", "word"),
    [
        (
            ("differ", "match", "match"),
            "Of 3 pairs, 2 match and 1 differs (torch and keras in cnn, from step 3 on)",
            "step 3",
        ),
        (("match", "undecidable"), "Of 2 pairs, 1 matches and 1 cannot be decided to the last step", "step 3"),
    ],
)
def test_gaps_of_no_match(outcomes, finding, word):
    """Pairs that part are counted and the step is marked."""
    found = gap_picture(*outcomes, gaps=(0.0, 1e-16, 1e-9, 1e-8))
    assert found.finding == finding
    assert word in texts(found.wide)


def test_no_certificate_no_gaps():
    """Without a certificate there is no figure of one."""
    assert drawn("certificate", [make_record()]) == {}
