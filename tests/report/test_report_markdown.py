import re

from synthetic_records import MACHINE, make_record

from mnist_compare.document.figure import Figure
from mnist_compare.records.record import Status
from mnist_compare.report.markdown import escape, report_markdown


def test_verdict_and_summary_come_first():
    """The first lines say what may be claimed, and the paragraph below them who was more accurate and faster."""
    text = report_markdown([make_record("torch", seconds=3.0), make_record("keras", noise=0.4)], {})
    verdict, summary = text.split("\n\n")[1:3]
    assert verdict.splitlines()[0] == (
        "- *not decided*: **That the training is the same is not shown.** There is no certificate yet."
    )
    assert verdict.splitlines()[2].startswith("- *claimed in part*: **keras trains fastest.** About 1.5 times faster")
    assert "of the test images were recognised" in summary
    assert "keras trained about 1.5 times faster than torch (1.1 to 2.1)." in summary


def test_cells_are_escaped():
    """A reason with pipes and line breaks neither breaks the table nor loses a character that matters."""
    reason = "first | second\nthird <class> *x* __init__ train_step"
    text = report_markdown([make_record("torch", status=Status.FAILED, reason=reason)], {})
    (line,) = [line for line in text.splitlines() if "second" in line]
    assert len(re.findall(r"(?<!\\)\|", line)) == 6
    assert r"first \| second third \<class\> \*x\*" in line
    assert escape("train_step") == "train_step"


def test_different_versions_are_noted():
    """Seeds that ran on two versions of a framework are not silently averaged."""
    records = [make_record("torch", seed=s, versions={"torch": version}) for s, version in enumerate(("2.4", "2.5"))]
    assert "> **Note.** The runs of torch come from different versions: torch 2.4 / 2.5." in report_markdown(
        records, {}
    )


def test_different_machines_are_noted():
    """Runs of two machines come with a note that says who ran where; one machine gives none."""
    records = [make_record("torch"), make_record("keras", machine=MACHINE | {"cpu": "Another CPU"})]
    text = report_markdown(records, {})
    assert (
        "> **Note.** The runs come from different machines: machine 1 (cpu Example CPU) for torch; machine 2 (cpu "
        "Another CPU) for keras. They are shown apart" in text
    )
    assert "**Note.**" not in report_markdown(records[:1], {})


def test_figures_stand_in_the_section_of_their_network():
    """Every figure is shown, under its network, with a text for those who cannot see it."""
    figures = {
        Figure("cnn", "epochs", "loss"): "figures/cnn loss.png",
        Figure("mlp", "epochs", "loss"): "figures/mlp.png",
        Figure("", "samples", "Samples"): "figures/samples.png",
    }
    text = report_markdown([make_record("torch", "cnn"), make_record("torch", "mlp")], figures)
    cnn, mlp = text.index("## Network cnn"), text.index("## Network mlp")
    assert (
        cnn < text.index("![cnn: loss](<figures/cnn loss.png>)") < mlp < text.index("![mlp: loss](<figures/mlp.png>)")
    )
    assert "![Samples](<figures/samples.png>)" in text


def test_nothing_to_report_is_said():
    """A report without runs, or without finished ones, is a readable page and no error."""
    assert "There are no runs yet." in report_markdown([], {})
    crashed = make_record("torch", status=Status.CRASHED, reason="signal 9", epochs=0, machine={}, versions={})
    text = report_markdown([crashed], {})
    assert "1 of 1 run did not finish." in text
    assert "## Accuracy" not in text
