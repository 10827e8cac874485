"""docs/new-backend.md: the backend that it builds works as it stands there."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tomllib import loads

import pytest
from third_party import run_cli

from mnist_compare.backend import Backend
from mnist_compare.testing import check_backend

PAGE = (Path(__file__).parents[2] / "docs" / "new-backend.md").read_text()
MODULE, PROJECT, PRINTED = (
    re.search(rf"^```{kind}\n(.*?)^```$", PAGE, re.M | re.S)[1] for kind in ("python", "ini", "text")
)
TRAINING = "its training is the reference's (dense)"
BUGS = {
    "a gradient": ("gradient.sum(axis=0)", "gradient.mean(axis=0)", TRAINING),
    "a loss": ("(log_shares * wanted).sum() / len(targets)", "(log_shares * wanted).sum()", "by its loss"),
    "nesterov": ("nesterov = self.optimizer.nesterov", "nesterov = False", TRAINING),
    "the slots": ("(optimizer_state or slots) if", "slots if", "come out as they went in (dense)"),
    "a refusal": ('BackendError(f"Backend', 'ValueError(f"Backend', "failed it trains (maps): ValueError"),
}


def install(folder, module):
    """Put the page's distribution into a folder, as pip would have installed it."""
    project = loads(PROJECT)["project"]
    information = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    points = [f"[{group}]" for group in project["entry-points"]]
    points += [f"{name} = {where}" for group in project["entry-points"].values() for name, where in group.items()]
    (information / "entry_points.txt").write_text("\n".join(points) + "\n")
    (folder / "plain_backend.py").write_text(module)


def test_the_page_tells_of_every_field():
    """Whatever a backend can say of itself stands in the page's table."""
    table = {name for row in re.findall(r"^\| (`.*?) \|", PAGE, re.M) for name in re.findall(r"`(\w+)`", row)}
    assert table == set(Backend.__struct_fields__)


def load(folder, module):
    """The class of the page's backend, from a file in the folder."""
    path = folder / "plain_backend.py"
    path.write_text(module)
    spec = spec_from_file_location("plain_backend_of_the_page", path)
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded.PlainExperiment


def test_the_pages_backend_is_found(tmp_path):
    """Exactly the page's files, installed, are found by name, and train in a worker."""
    install(tmp_path, MODULE)
    asked = ("--architectures", "mlp", "--train-size", "100", "--test-size", "50", "--epochs", "1", "--output", "out")
    code, _, err = run_cli("run", "--backends", "plain", *asked, cwd=tmp_path, installed=tmp_path)
    assert code == 0, err


def test_the_pages_backend_passes(tmp_path):
    """It passes, and the result is printed as on the page."""
    assert f"{check_backend(load(tmp_path, MODULE)).raise_for_failures()}\n" == PRINTED


@pytest.mark.parametrize("bug", BUGS)
def test_the_pages_backend_with_a_bug_does_not_pass(bug, tmp_path):
    """The same backend with one mistake fails check_backend, which says where."""
    right, wrong, message = BUGS[bug]
    assert right in MODULE
    result = check_backend(load(tmp_path, MODULE.replace(right, wrong)))
    assert not result.passed
    assert message in str(result)


def test_the_page_keeps_its_promise_of_size():
    """A backend is about 100 lines."""
    assert len(MODULE.splitlines()) <= 115
