"""A layer and an optimizer of somebody else's package: docs/new-layer.md, as it stands there."""

import json
import re
import shutil
from pathlib import Path
from tomllib import loads

import numpy as np
import pytest
from processes import read_lines
from safetensors.numpy import load_file
from third_party import add_backend, run_cli

PAGE = (Path(__file__).parents[2] / "docs" / "new-layer.md").read_text()
(KINDS, REFERENCE), (NETWORK, RECIPE), (PROJECT,) = (
    re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.M | re.S) for kind in ("python", "toml", "ini")
)
ENTRIES = loads(PROJECT)["project"]["entry-points"]["mnist_compare.extensions"] | {"twin": "acme.reference"}
ASKED = ("--train-size", "200", "--threads", "1", "--architectures", "bent.toml", "--recipe", "signs.toml")


def install(place, entries=ENTRIES, kinds=KINDS, reference=REFERENCE):
    """The package `acme`, as pip would have installed it, and the files of a network and a recipe with its kinds."""
    package, information = place / "installed" / "acme", place / "installed" / "acme-1.0.dist-info"
    package.mkdir(parents=True)
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    listed = "".join(f"{name} = {module}\n" for name, module in entries.items())
    (information / "entry_points.txt").write_text(f"[mnist_compare.extensions]\n{listed}")
    for name, source in (("__init__", ""), ("kinds", kinds), ("reference", reference)):
        (package / f"{name}.py").write_text(source)
    (place / "bent.toml").write_text(NETWORK)
    (place / "signs.toml").write_text(RECIPE)


def ask(place, command, *options, **settings):
    asked = (command, *ASKED, "--output", "out", *options)
    return run_cli(*asked, cwd=place, installed=place / "installed", **settings)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A place where both are installed and the reference was trained with them."""
    place = tmp_path_factory.mktemp("extended")
    install(place)
    code, _, err = ask(place, "run", "--backends", "numpy", "--test-size", "100", report=True)
    assert code == 0, err
    return place


def test_a_layer_and_an_optimizer_from_outside_are_trained(trained):
    """What a file names is found in another package; its arrays, slots and words are those that its classes say."""
    (record,) = read_lines(trained / "out")
    assert record["status"] == "done"
    assert record["spec"]["architecture"]["layers"][1] == {"type": "bend", "steepest": 1.0}
    assert record["parameters"] == 3 * (25 + 1) + 3 + 108 + 1090
    arrays = load_file(trained / "out" / record["weights"])
    assert arrays["bend1.slope"].shape == (3,)
    assert arrays["bend2.slope"].shape == (108,)
    assert np.any(arrays["bend1.slope"] != 0.25)
    assert np.abs(arrays["bend1.slope"] - 0.25).max() <= 4 * 0.002 + 1e-6  # four steps of one size
    assert "optimizer/bend1.slope.trail" in arrays
    assert "SignTrail (learning rate 0.002, memory 0.8)" in (trained / "out" / "report.md").read_text()
    assert "acme" in record["provenance"]["code"]


def test_the_reference_is_certified_with_both(trained):
    """A backend that is a copy of the reference matches it, with the layer and the optimizer of the other package."""
    add_backend(trained / "installed", "twin")
    code, out, err = run_cli(
        *("certify", *ASKED, "--backends", "twin", "--steps", "8", "--output", "certificate"),
        cwd=trained,
        installed=trained / "installed",
    )
    assert code == 0, err
    assert "twin and numpy run the same training of bent: largest loss gap 0 over 8 steps" in out
    certificate = json.loads((trained / "certificate" / "certificate.json").read_text())
    assert certificate["passed"]


def test_an_optimizer_from_outside_has_a_name_on_the_command_line(trained):
    """--optimizer takes the tag of a class that another package defines, with the class's own defaults."""
    code, _, err = run_cli(
        *("run", "--backends", "numpy", "--architectures", "linear", "--train-size", "64", "--test-size", "32"),
        *("--optimizer", "sign_trail", "--threads", "1", "--output", "named"),
        cwd=trained,
        installed=trained / "installed",
    )
    assert code == 0, err
    (record,) = read_lines(trained / "named")
    assert record["spec"]["recipe"]["optimizer"] == {"type": "sign_trail", "learning_rate": 0.001, "memory": 0.9}


@pytest.mark.parametrize(
    ("file", "right", "wrong", "told"),
    [
        ("bent.toml", "steepest = 0.5", "steepest = 3.0", "steepest must be above 0 and at most 2 (it is 3.0)"),
        ("bent.toml", "steepest = 0.5", "steep = 0.5", "steep is no field here (did you mean steepest?"),
        (
            "bent.toml",
            '"bend", s',
            '"bends", s',
            'type "bends" is unknown (did you mean "bend"? Valid: "',
        ),
        ("signs.toml", "memory = 0.8", "memory = 1.0", "memory must be at least 0 and below 1 (it is 1.0)"),
    ],
)
def test_limits_and_words_come_from_the_classes(trained, tmp_path, file, right, wrong, told):
    """A file that is wrong in a layer or an optimizer from outside is told as in any other: place, limits, names."""
    for name in ("bent.toml", "signs.toml"):
        shutil.copy(trained / name, tmp_path)
    text = (tmp_path / file).read_text()
    assert right in text
    (tmp_path / file).write_text(text.replace(right, wrong))
    code, _, err = run_cli("run", *ASKED, "--backends", "numpy", cwd=tmp_path, installed=trained / "installed")
    assert code == 2
    assert told in err
    assert "Traceback" not in err


def test_a_backend_says_which_layer_it_does_not_have(tmp_path):
    """A layer or an optimizer that nothing computes on a backend is refused, with the way to register it."""
    install(tmp_path, {"core": "acme.kinds"})
    code, _, err = ask(tmp_path, "run", "--backends", "numpy", "--test-size", "100")
    assert code == 1, err
    (record,) = read_lines(tmp_path / "out")
    assert record["status"] == "refused"
    assert record["reason"].startswith("Backend 'numpy' has no layer 'bend'. What computes it is registered with @")
    assert "mnist_compare_numpy.layers.make_module.register" in record["reason"]


@pytest.mark.parametrize(
    ("broken", "code", "told"),
    [
        ({"kinds": "1 / 0"}, 2, "Extension 'acme.kinds' cannot be loaded: ZeroDivisionError"),
        ({"kinds": KINDS.replace('tag="bend"', 'tag="relu"')}, 2, "have the same type 'relu'"),
        ({"entries": ENTRIES | {"core": "nowhere.kinds"}}, 2, "Extension 'nowhere.kinds' cannot be loaded: ModuleNot"),
        ({"reference": "import no_such_module"}, 1, "Extension 'acme.reference' cannot be loaded: ModuleNotFoundError"),
    ],
)
def test_a_broken_extension_is_told_in_a_sentence(tmp_path, broken, code, told):
    """A package that cannot be imported, or whose tags are taken, is named, and no traceback is shown."""
    install(tmp_path, **broken)
    found, out, err = ask(tmp_path, "run", "--backends", "numpy", "--test-size", "100")
    assert found == code, err
    assert told in out + err
    assert "Traceback" not in out + err


def test_the_key_of_a_run_counts_extensions(trained, tmp_path):
    """The same run is another one once an extension's source has changed, or the extension is gone."""
    keys = []
    for name, source in (("same", REFERENCE), ("other", f"{REFERENCE}\n# changed\n"), ("without", None)):
        place = tmp_path / name
        install(place, reference=source or REFERENCE)
        if source is None:
            shutil.rmtree(place / "installed")
        code, _, err = run_cli(
            *("run", "--backends", "numpy", "--architectures", "linear", "--train-size", "64", "--test-size", "32"),
            *("--threads", "1", "--output", "out"),
            cwd=place,
            installed=place / "installed",
        )
        assert code == 0, err
        keys.append(read_lines(place / "out")[0]["key"])
    assert len(set(keys)) == 3
