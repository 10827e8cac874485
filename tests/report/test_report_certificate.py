from io import StringIO

import msgspec
import pytest
from rich.console import Console
from synthetic_certificates import PAIRS, certify, own
from synthetic_records import make_record

from mnist_compare.certify.subject import Subject
from mnist_compare.recipe import RECIPES
from mnist_compare.records.spec import StartSpec
from mnist_compare.report.certified import certificate_sentences, certified_groups
from mnist_compare.report.console import render
from mnist_compare.report.gains import gain_sentences, gains
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.summary import withheld_sentences
from mnist_compare.report.tables import runtime_table
from mnist_compare.report.verdict import speed_sentences

RECORDS = [make_record(name, seconds=s) for name, s in (("torch", 1.0), ("keras", 2.0), ("paddle", 4.0))]


def groups(certificate, records=RECORDS):
    return certified_groups(group_runs(records), own(certificate))


def relative_times(certificate):
    table = runtime_table(groups(certificate)).select("backend", "relative time")
    return dict(table.rows)


def test_a_passed_certificate_changes_no_number():
    """Where all pairs match, the ranking is what it is without a certificate, and the verdict is shown."""
    certificate = certify()
    assert speed_sentences(groups(certificate)) == speed_sentences(groups(None))
    assert relative_times(certificate) == relative_times(None) == {"torch": "1.00", "keras": "2.00", "paddle": "4.00"}
    text = report_markdown(RECORDS, {}, own(certificate))
    assert "torch, keras and paddle run the same training of cnn: largest loss gap 1.0e-15 over 5 steps" in text
    assert "[The certificate](certificate/certificate.md)" in text


@pytest.mark.parametrize(
    ("failed", "sentence", "relative"),
    [
        (
            [("torch", "keras")],
            "torch trained about 4.0 times faster than paddle ",
            {"torch": "1.00", "paddle": "4.00"},
        ),
        (
            [("torch", "keras"), ("torch", "paddle")],
            "keras trained about 2.0 times faster than paddle ",
            {"keras": "1.00", "paddle": "2.00"},
        ),
        (PAIRS, "", {}),
    ],
)
def test_only_what_matches_is_ranked(failed, sentence, relative):
    """The ranking keeps the backends that run the same training; each other pair is named with its reason."""
    certificate = certify(*failed)
    assert " ".join(speed_sentences(groups(certificate))).partition("(")[0] == sentence
    nothing = dict.fromkeys(("torch", "keras", "paddle"), "–")  # noqa: RUF001 (the sign for no value)
    assert relative_times(certificate) == nothing | relative
    told = withheld_sentences(groups(certificate))
    assert len(told) == len(failed)
    assert told[0] == (
        "torch and keras are not compared in speed, since it is not known that they run the same training of cnn: "
        "keras died."
    )
    console = Console(width=80, file=StringIO(), record=True)
    console.print(render(RECORDS, own(certificate)))
    shown = " ".join(console.export_text().split())
    assert told[0] in shown
    assert told[0] in report_markdown(RECORDS, {}, own(certificate))


def test_a_certificate_speaks_of_its_own_training_only():
    """A certificate of another recipe or network withholds nothing, and the report says that it covers nothing."""
    other = make_record(recipe=RECORDS[0].spec.recipe.changed(learning_rate=0.5))
    certificate = certify(("torch", "keras"), record=other)
    assert speed_sentences(groups(certificate)) == speed_sentences(groups(None))
    assert "The certificate says nothing of torch, keras and paddle training cnn." in report_markdown(
        RECORDS, {}, own(certificate)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"data": msgspec.structs.replace(RECORDS[0].spec.data, fingerprint="f" * 64)},
        {"data": msgspec.structs.replace(RECORDS[0].spec.data, train_size=RECORDS[0].spec.data.train_size - 1)},
        {"start": StartSpec("trained.safetensors", "0" * 64)},
    ],
)
def test_a_certificate_speaks_of_its_own_images_and_weights_only(changes):
    """The same network and recipe on other images, or from trained weights, is another training."""
    other = make_record()
    other = msgspec.structs.replace(other, spec=msgspec.structs.replace(other.spec, **changes))
    certificate = certify(("torch", "keras"), record=other)
    assert speed_sentences(groups(certificate)) == speed_sentences(groups(None))
    told = report_markdown(RECORDS, {}, own(certificate))
    assert "The certificate says nothing of torch, keras and paddle training cnn." in told


@pytest.mark.parametrize(
    "changes",
    [
        {"data": msgspec.structs.replace(RECORDS[0].spec.data, source="moved", notes=("turned",), test_size=9)},
        {"recipe": RECORDS[0].spec.recipe.changed(precision="float64", epochs=7)},
    ],
)
def test_a_certificate_speaks_of_its_training_wherever_the_images_lie(changes):
    """Images that were moved, fewer test images, another precision and fewer steps are no other training."""
    other = make_record()
    other = msgspec.structs.replace(other, spec=msgspec.structs.replace(other.spec, **changes))
    told = report_markdown(RECORDS, {}, own(certify(record=other)))
    assert "says nothing of" not in told


def test_a_certificate_speaks_of_its_own_tunings_only():
    """Tuned backends that match say nothing of plain ones; plain ones that differ withhold plain speeds alone."""
    plain = [
        msgspec.structs.replace(record, spec=msgspec.structs.replace(record.spec, tuning="plain")) for record in RECORDS
    ]
    passed = certify()
    told = " ".join(certificate_sentences(groups(passed, [*RECORDS, *plain]), own(passed)))
    assert "The certificate says nothing of torch, keras and paddle training cnn, plain." in told
    known = certify(("torch", "keras"))
    subjects = tuple(Subject(name, "plain") for name in known.backends)
    pairs = [msgspec.structs.replace(pair, a=f"{pair.a} plain", b=f"{pair.b} plain") for pair in known.pairs]
    failed = msgspec.structs.replace(known, subjects=subjects, pairs=pairs)
    found = {group.spec.tuning: group.failed for group in groups(failed, [*RECORDS, *plain])}
    assert found["tuned"] == ()
    assert [pair.names for pair in found["plain"]] == [{"torch", "keras"}]
    assert len(withheld_sentences(groups(failed, [*RECORDS, *plain]))) == 1


def test_passes_that_change_the_training_gain_nothing():
    """Where a certificate finds plain torch apart from tuned torch, its speeds are not set against each other."""
    changes = {"tuned": ("flat-order",), "plain": ()}
    torch = [
        msgspec.structs.replace(
            RECORDS[0], key=tuning, spec=msgspec.structs.replace(RECORDS[0].spec, tuning=tuning), passes=passes
        )
        for tuning, passes in changes.items()
    ]
    assert [gain.changed for gain in gains(groups(None, torch))] == [None]
    known = certify(("torch", "keras"))
    subjects = (Subject("torch"), Subject("torch", "plain"))
    pairs = [msgspec.structs.replace(known.pairs[0], a="torch", b="torch plain")]
    certificate = msgspec.structs.replace(known, subjects=subjects, pairs=pairs)
    (gain,) = gains(groups(certificate, torch))
    assert gain.ratio is None
    told = "It is not known whether torch trains cnn the same way plain as tuned: keras died. Their speeds"
    assert told in gain_sentences(groups(certificate, torch))[0]
    found = msgspec.structs.replace(certificate, pairs=[msgspec.structs.replace(pairs[0], reason="")])
    told = "A certificate does not find that torch trains cnn the same way plain as tuned: their speeds"
    assert told in gain_sentences(groups(found, torch))[0]
    assert told in report_markdown(torch, {}, own(found))


def test_a_certificate_of_other_versions_is_noted():
    """After an update of a framework, its old certificate is no proof for the new runs."""
    certificate = certify(versions={"torch": {"torch": "2.3"}, "keras": {"keras": "2.4.1"}})
    text = report_markdown(RECORDS, {}, own(certificate))
    assert "The certificate is of other versions of torch than the runs are" in text


def test_what_rounding_explains_withholds_no_speed():
    """Backends of which nothing more can be told are compared, and the report says from which step on it cannot."""
    certificate = certify()
    first = msgspec.structs.replace(
        certificate.pairs[0], passed=False, verdict="undecidable", first_step_out=4, quantity_out="loss", gap_out=1e-11
    )
    first = msgspec.structs.replace(first, noise=[1e-12] * 5, certified_steps=3)
    certificate = msgspec.structs.replace(certificate, passed=False, pairs=[first, *certificate.pairs[1:]])
    assert speed_sentences(groups(certificate)) == speed_sentences(groups(None))
    assert withheld_sentences(groups(certificate)) == []
    text = report_markdown(RECORDS, {}, own(certificate))
    assert "No pair differs by more than rounding." in text
    assert "cnn is undecidable from step 4" in text
    assert "certified up to step 3 of 5" in text


@pytest.mark.parametrize(
    ("backends", "precision", "options"),
    [
        (["torch", "numpy"], "float32", ""),
        (["torch+keras"], "float32", " --backends torch,keras"),
        (["torch", "torch+numpy"], "float32", " --backends torch"),
        (["torch", "keras"], "bfloat16", " --precision float64"),
    ],
)
def test_the_command_that_makes_a_certificate_is_one_that_works(backends, precision, options):
    """It names the backends of a relay, and a precision in which certificates are made."""
    recipe = msgspec.structs.replace(RECIPES["cnn"], precision=precision)
    text = report_markdown([make_record(name, recipe=recipe) for name in backends], {})
    assert f"python -m mnist_compare certify --run DIR{options}, where DIR is the folder of this report." in text


def test_no_certificate_is_advised_where_there_is_nothing_to_compare():
    """The reference alone is compared with nothing."""
    assert "ertificate" not in report_markdown([make_record("numpy")], {})


def test_certificates_in_two_precisions_stand_beside_each_other():
    """Each is told with its precision, and a pair that differs in one of them is not compared in speed."""
    exact = certify()
    (case,) = exact.cases
    single = msgspec.structs.replace(case, recipe=msgspec.structs.replace(case.recipe, precision="float32"))
    pairs = [msgspec.structs.replace(pair, precision="float32") for pair in certify(("torch", "keras")).pairs]
    other = msgspec.structs.replace(exact, passed=False, cases=[single], pairs=pairs)
    text = report_markdown(RECORDS, {}, own(exact, other))
    assert "In float64: torch, keras and paddle run the same training of cnn" in text
    assert "In float32: 1 of 3 pairs could not be compared." in text
    assert len(certified_groups(group_runs(RECORDS), own(exact, other))[0].failed) == 1
