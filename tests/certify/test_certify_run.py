import json
import shutil
from types import SimpleNamespace

import pytest
from third_party import add_backend, run_cli

TRAIN = (
    "run",
    "--architectures",
    "mlp",
    "--train-size",
    "200",
    "--test-size",
    "100",
    "--epochs",
    "1",
    "--threads",
    "1",
)
FASTER = "import msgspec; steps = msgspec.structs.replace(steps, learning_rates=steps.learning_rates * 1.5)"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A comparison of the reference, an equal backend, and one that learns half as fast again."""
    place = tmp_path_factory.mktemp("trained")
    add_backend(place / "installed", "twin")
    add_backend(place / "installed", "faster", FASTER)
    asked = (*TRAIN, "--backends", "twin,faster,numpy", "--output", "out")
    code, out, err = run_cli(*asked, cwd=place, installed=place / "installed", report=True)
    assert code == 0, err
    return SimpleNamespace(place=place, installed=place / "installed", out=out)


CERTIFY = ("certify", "--run", "out", "--backends", "twin", "--threads", "1", "--steps")


@pytest.fixture(scope="module")
def certified(trained, tmp_path_factory):
    """That comparison, certified in its own precision."""
    place = tmp_path_factory.mktemp("certified")
    shutil.copytree(trained.place / "out", place / "out")
    code, _, err = run_cli(*CERTIFY, "3", cwd=place, installed=trained.installed)
    assert code == 0, err
    return place / "out"


@pytest.fixture(scope="module")
def certified_twice(certified, trained, tmp_path_factory):
    """That comparison, certified in float64 as well."""
    place = tmp_path_factory.mktemp("certified_twice")
    shutil.copytree(certified, place / "out")
    code, _, err = run_cli(*CERTIFY, "1", "--precision", "float64", cwd=place, installed=trained.installed)
    assert code == 0, err
    return place / "out"


@pytest.fixture
def own(trained, tmp_path, request):
    """A copy of one of them, of `trained` where none is named, in the folder `out`."""
    source = request.getfixturevalue(request.param) if hasattr(request, "param") else trained.place / "out"
    shutil.copytree(source, tmp_path / "out")
    return SimpleNamespace(
        folder=tmp_path / "out",
        cli=lambda *arguments: run_cli(*arguments, cwd=tmp_path, installed=trained.installed),
        report=(tmp_path / "out" / "report.md").read_text,
    )


def copy_of(fixture):
    """The test has a copy of what that fixture gives as its own."""
    return pytest.mark.parametrize("own", [fixture], indirect=True)


def test_a_report_without_certificate_says_how_to_make_one(trained):
    """A reader of the report learns that nothing is proved yet, and the command that proves it."""
    text = (trained.place / "out" / "report.md").read_text()
    assert "There is no certificate yet" in text
    assert "python -m mnist\\_compare certify --run DIR" in text or "python -m mnist_compare certify --run DIR" in text
    assert "not compared in speed, since they do not run the same training" not in text + trained.out


@copy_of("certified")
def test_a_comparison_is_certified_as_it_was_run(own):
    """`certify --run DIR` takes network, recipe, data and precision of the records, and its report links the result."""
    certificate = json.loads((own.folder / "certificate" / "certificate.json").read_text())
    (case,) = certificate["cases"]
    assert (case["architecture"]["name"], case["recipe"]["precision"]) == ("mlp", "float32")
    assert (case["data"]["train_size"], case["test_images"], case["steps"]) == (200, 100, 3)
    assert "twin and numpy run the same training of mlp" in own.report()
    assert "The certificate says nothing of faster training mlp." in own.report()
    assert "](certificate/certificate.md)" in own.report()
    assert (own.folder / "certificate" / "certificate.md").is_file()


def test_every_recipe_of_a_comparison_is_certified(trained, tmp_path):
    """Of networks with several recipes each has its case, named by what tells it apart, and its figure; none is left
    unproved.
    """
    asked = (*TRAIN[:2], "mlp,linear", *TRAIN[3:], "--lr", "0.01,0.001", "--backends", "twin", "--output", "out")
    code, _, err = run_cli(*asked, cwd=tmp_path, installed=trained.installed)
    assert code == 0, err
    code, out, err = run_cli("certify", "--run", "out", "--steps", "2", cwd=tmp_path, installed=trained.installed)
    assert code == 0, err
    assert "twin and numpy run the same training of mlp and linear in 4 cases:" in " ".join(out.split())
    certificate = json.loads((tmp_path / "out" / "certificate" / "certificate.json").read_text())
    rates = {case["name"]: case["recipe"]["optimizer"]["learning_rate"] for case in certificate["cases"]}
    assert rates == {f"{name}, lr {rate}": rate for name in ("mlp", "linear") for rate in (0.01, 0.001)}
    figures = {path.name for path in (tmp_path / "out" / "certificate" / "figures").glob("*.png")}
    assert figures == {"mlp-lr-0-01.png", "mlp-lr-0-001.png", "linear-lr-0-01.png", "linear-lr-0-001.png"}
    assert "says nothing of" not in (tmp_path / "out" / "report.md").read_text()


def test_a_training_that_diverged_is_none_of_a_certificate(trained, tmp_path):
    """A learning rate with which no backend stayed finite does not keep the others from being certified."""
    asked = (*TRAIN, "--lr", "1e20,0.01", "--backends", "twin,numpy", "--output", "out")
    code, _, err = run_cli(*asked, cwd=tmp_path, installed=trained.installed)
    assert code == 3, err
    code, out, err = run_cli("certify", "--run", "out", "--steps", "2", cwd=tmp_path, installed=trained.installed)
    assert code == 0, err
    assert "twin and numpy run the same training of mlp: largest" in " ".join(out.split())
    assert "says nothing of" not in (tmp_path / "out" / "report.md").read_text()


def test_speed_is_withheld_where_the_certificate_failed(own):
    """Backends that do not run the same training are not ranked against each other, in report and console."""
    code, out, err = own.cli("certify", "--run", "out", "--precision", "float64", "--steps", "3", "--threads", "1")
    assert code == 1, err
    assert "faster trains mlp otherwise than twin and numpy, which agree: step 1: gradient of" in " ".join(out.split())
    code, out, err = own.cli("report", "out")
    assert code == 0, err
    for text in (own.report(), " ".join(out.split())):
        assert "not compared in speed" in text
        assert "twin and faster are not compared in speed, since they do not run the same training of mlp" in text
        assert "than faster" not in text
        assert "faster trained" not in text
    assert "times faster" not in out


@copy_of("certified")
def test_a_newer_certificate_takes_the_place_of_the_older(own):
    """A comparison has one certificate in a precision, the last that was made of it."""
    assert own.cli(*CERTIFY, "2")[0] == 0
    certificate = json.loads((own.folder / "certificate" / "certificate.json").read_text())
    assert certificate["pairs"][0]["steps"] == 2


@copy_of("certified_twice")
def test_a_certificate_in_another_precision_is_kept(own):
    """The proof in float64 and the one in the comparison's own precision lie beside each other, and both are shown."""
    for name, precision in (("certificate", "float32"), ("certificate-float64", "float64")):
        certificate = json.loads((own.folder / name / "certificate.json").read_text())
        assert certificate["cases"][0]["recipe"]["precision"] == precision
        assert f"In {precision}: twin and numpy run the same training of mlp" in own.report()
        assert f"]({name}/certificate.md)" in own.report()


@copy_of("certified_twice")
def test_a_certificate_that_is_in_the_way_is_not_lost(own):
    """One in another precision, where an older version has put it, is refused with what to do, and that helps."""
    shutil.rmtree(own.folder / "certificate")
    (own.folder / "certificate-float64").rename(own.folder / "certificate")
    code, _, err = own.cli(*CERTIFY, "1")
    assert code == 2
    assert "holds a certificate in float64, and this one is in float32. Rename that folder to certificate-float64" in (
        " ".join(err.split())
    )
    (own.folder / "certificate").rename(own.folder / "certificate-float64")
    assert own.cli(*CERTIFY, "1")[0] == 0
    assert "In float64: twin and numpy run the same training of mlp" in own.report()


@copy_of("certified")
def test_a_certificate_that_was_put_aside_is_none(own):
    """A folder that a user has renamed is not read: neither is it shown, nor does damage in it stop a report."""
    shutil.copytree(own.folder / "certificate", own.folder / "certificate-backup")
    (own.folder / "certificate-backup" / "certificate.json").write_text("{")
    assert own.cli("report", "out")[0] == 0
    assert "certificate-backup" not in own.report()


def test_a_damaged_certificate_is_named(own):
    """A certificate that cannot be read is no proof: the report says which file it is, and stays as it was."""
    (own.folder / "certificate").mkdir()
    (own.folder / "certificate" / "certificate.json").write_text("{")
    before = own.report()
    code, _, err = own.cli("report", "out")
    assert code == 2
    assert "certificate.json is no certificate" in " ".join(err.split())
    assert own.report() == before
