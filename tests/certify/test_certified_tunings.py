"""Certificates across tunings: a backend plain and tuned are two subjects, and their pair proves the passes."""

import json
from pathlib import Path

import pytest
from random_networks import write
from test_certify_frameworks import INSTALLED, SMALL
from third_party import MODULE, add_backend, run_cli

from mnist_compare.certify.case import Case
from mnist_compare.certify.certificate import Certificate, Pair, read_certificate
from mnist_compare.certify.certifier import certify
from mnist_compare.certify.document import certificate_markdown
from mnist_compare.certify.plan import CertificateRequest, make_certificate_plan
from mnist_compare.certify.subject import Subject
from mnist_compare.errors import UsageError

OLDER = Path(__file__).parents[1] / "older" / "certificate.json"
# Its plain network learns a little faster.
PLAIN_IS_WRONG = (
    "import msgspec; faster = steps.learning_rates * (1.001 if self.tuning == 'plain' else 1); "
    "steps = msgspec.structs.replace(steps, learning_rates=faster)"
)
WITH_PASSES = MODULE.replace("    install=", '    passes=("relu-behind-pooling",),\n    install=')
TRAIN = ("--architectures", "linear", "--train-size", "200", "--threads", "1")


def plan(**asked):
    return make_certificate_plan(CertificateRequest(**{"backends": ("torch", "keras"), "threads": 1} | asked))


def read(folder):
    return json.loads((folder / "certificate.json").read_text())


@pytest.mark.skipif("torch" not in INSTALLED, reason="torch is not installed")
def test_torch_plain_and_tuned_are_the_same_training(tmp_path):
    """The passes that make torch fast change nothing but rounding, and the certificate says which they were."""
    request = CertificateRequest(
        backends=("torch",),
        architectures=(str(write(SMALL, tmp_path)),),
        tunings=("both",),
        steps=5,
        train_size=300,
        threads=1,
    )
    certificate = certify(make_certificate_plan(request), tmp_path / "out")
    assert [(pair.a, pair.b, pair.verdict) for pair in certificate.pairs] == [
        ("torch", "torch plain", "match"),
        ("torch", "numpy", "match"),
        ("torch plain", "numpy", "match"),
    ]
    (name,) = certificate.passes
    taken = certificate.passes[name]
    assert {"relu-behind-pooling", "channels-last"} <= set(taken["torch"])
    assert taken["torch plain"] == taken["numpy"] == ()
    text = (tmp_path / "out" / "certificate.md").read_text()
    assert "# Certificate: torch, torch plain and numpy match" in text
    assert f"| {name} | torch, torch plain |" in text
    assert read_certificate(tmp_path / "out" / "certificate.json") == certificate


def test_a_plain_network_that_is_wrong_differs(tmp_path):
    """A backend of which only the plain network trains otherwise is told from the tuned one, and from no other."""
    add_backend(tmp_path / "installed", "torn", PLAIN_IS_WRONG, source=WITH_PASSES)
    asked = ("certify", "--backends", "torn", "--tuning", "both", *TRAIN, "--steps", "5", "--output", "out")
    code, out, err = run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 1, err
    assert "[2/3] torn plain linear, float64: 5 steps" in err
    assert "torn plain trains linear otherwise than torn and numpy, which agree" in " ".join(out.split())
    assert {(p["a"], p["b"]): p["verdict"] for p in read(tmp_path / "out")["pairs"]} == {
        ("torn", "torn plain"): "differ",
        ("torn", "numpy"): "match",
        ("torn plain", "numpy"): "differ",
    }


def test_a_comparison_is_certified_in_its_own_tunings(tmp_path):
    """`certify --run` takes the tunings of the runs, and its report then speaks of the plain runs too."""
    add_backend(tmp_path / "installed", "torn", PLAIN_IS_WRONG, source=WITH_PASSES)
    add_backend(tmp_path / "installed", "twin", source=WITH_PASSES)
    add_backend(tmp_path / "installed", "passless")
    asked = ("--backends", "torn,twin,passless", "--tuning", "both", "--epochs", "1", "--test-size", "100", *TRAIN)
    code, _, err = run_cli("run", *asked, "--output", "out", cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 0, err
    asked = ("certify", "--run", "out", "--steps", "3", "--precision", "float64")
    code, _, err = run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 1, err
    names = [Subject(**found).name for found in read(tmp_path / "out" / "certificate-float64")["subjects"]]
    assert names == ["torn", "torn plain", "twin", "twin plain", "passless", "numpy"]
    report = (tmp_path / "out" / "report.md").read_text()
    assert report.count("torn and twin are not compared in speed, since they do not run the same training") == 1
    assert "says nothing of" not in report


def test_subjects_of_a_plan():
    """Every framework stands in every tuning, the reference once and last; single passes are told by their names."""
    assert [subject.name for subject in plan(tunings=("both",)).subjects] == [
        *("torch", "torch plain", "keras", "keras plain", "numpy"),
    ]
    single = plan(tunings=("plain", "bias-behind-pooling+relu-behind-pooling"), backends=("torch",))
    assert [subject.name for subject in single.subjects] == [
        *("torch plain", "torch relu-behind-pooling+bias-behind-pooling", "numpy"),
    ]
    assert single.backends == ("torch", "numpy")


@pytest.mark.parametrize(
    ("tuning", "words"),
    [("fast", "Unknown tuning 'fast'"), ("channels-last", "backend 'keras' has no pass channels-last")],
)
def test_a_tuning_that_is_none_is_refused(tuning, words):
    """A name that no pass has, or that one of the backends has not, is refused before anything starts."""
    with pytest.raises(UsageError, match=words):
        plan(tunings=(tuning,))


def test_a_default_certificate_has_the_identity_that_it_had(monkeypatch):
    """Its folder, which is named by the identity, still takes it in the place of one made before there were tunings."""
    older = read_certificate(OLDER)
    monkeypatch.setattr("mnist_compare.certify.plan.__version__", older.mnist_compare)
    asked = {"backends": ("torch",), "architectures": ("linear",), "steps": 3, "train_size": 200}
    assert plan(**asked).identity == plan(**asked, tunings=("tuned",)).identity == older.identity
    others = {plan(**asked, tunings=(tuning,)).identity for tuning in ("plain", "both", "relu-behind-pooling")}
    assert len(others | {older.identity}) == 4


def test_a_certificate_of_an_older_version_is_read():
    """It knew no tunings: its backends are those with all passes, and its page can still be made."""
    certificate = read_certificate(OLDER)
    assert isinstance(certificate, Certificate)
    assert certificate.subjects == (Subject("torch"), Subject("numpy"))
    assert [type(found) for found in (*certificate.cases, *certificate.pairs)] == [Case, Pair]
    text = certificate_markdown(certificate, {})
    assert "# Certificate: torch and numpy match" in text
    assert "## Passes" not in text
