import json
import shutil

import pytest
from third_party import add_backend, run_cli

SMALL = ("certify", "--backends", "twin", "--threads", "1")
SHORT = (*SMALL, "--architectures", "mlp", "--train-size", "200", "--steps", "5")
# From its third step on, it learns a little faster; the gradients stay right.
LATE = (
    "import msgspec; faster = steps.learning_rates * (1.001 if steps.first >= 2 else 1); "
    "steps = msgspec.structs.replace(steps, learning_rates=faster)"
)

# Its learning rate is two roundings off, which a training with large steps enlarges.
NEAR = "import msgspec; steps = msgspec.structs.replace(steps, learning_rates=steps.learning_rates * (1 + 2**-51))"
# It dies of one network and refuses another.
FRAGILE = (
    "network = self.architecture.name; network == 'linear' and os.kill(os.getpid(), signal.SIGKILL); "
    "exec(\"raise ValueError('no mlp')\") if network == 'mlp' else None"
)
LARGE_STEPS = """
name = "large_steps"
loss = "cross_entropy"
batch_size = 50
epochs = 10
optimizer = { type = "sgd", learning_rate = 0.6, momentum = 0.9 }
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Backends: one like the reference, one wrong from its third step on, one that rounds otherwise, one that dies."""
    folder = tmp_path_factory.mktemp("installed")
    add_backend(folder, "twin")
    add_backend(folder, "late", LATE)
    add_backend(folder, "near", NEAR)
    add_backend(folder, "fragile", FRAGILE)
    add_backend(folder, "dying", "os.kill(os.getpid(), signal.SIGKILL)")
    return folder


@pytest.fixture(scope="module")
def matching(installed, tmp_path_factory):
    """The certificate of two equal backends: its folder, exit code, stdout and stderr."""
    place = tmp_path_factory.mktemp("matching")
    return place / "out", *run_cli(*SHORT, "--output", "out", cwd=place, installed=installed)


def read(folder):
    return json.loads((folder / "certificate.json").read_text())


def test_backends_that_match(matching):
    """Two equal backends give exit code 0, a table, and at the end a sentence with gap, steps and predictions."""
    folder, code, out, err = matching
    assert code == 0, err
    assert "twin and numpy run the same training of mlp: largest loss gap 0 over 5 steps, 0 of 10,000" in out
    assert "[2/2] numpy mlp, float64: 5 steps" in err
    certificate = read(folder)
    assert certificate["passed"]
    assert certificate["versions"]["twin"] == {"twin": "1.5"}
    (pair,) = certificate["pairs"]
    assert (pair["architecture"], pair["a"], pair["b"], pair["steps"]) == ("mlp", "twin", "numpy", 5)
    assert (pair["loss_gap"], pair["predictions_differing"], pair["first_step_out"]) == (0.0, 0, None)


def test_the_files_of_a_certificate(matching):
    """The folder has JSON, Markdown and the figure in two formats, and nothing of the hundreds of megabytes of work."""
    folder, *_ = matching
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"certificate.json", "certificate.md", "figures/mlp.png", "figures/mlp.svg"} <= files
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 1_000_000
    text = (folder / "certificate.md").read_text()
    assert "# Certificate: twin and numpy match" in text
    assert "](<figures/mlp.png>)" in text
    assert "certify --backends twin --threads 1 --architectures mlp" in text


def test_a_backend_that_does_not_match(installed, tmp_path):
    """A learning rate that is off by a thousandth from step 3 on shows in the loss of step 4, and gives exit code 1."""
    code, out, err = run_cli(*SHORT, "--backends", "late", "--output", "out", cwd=tmp_path, installed=installed)
    assert code == 1
    assert "[9/9] numpy mlp, sequential-sums: 5 steps" in err  # whatever rounds otherwise was asked
    pairs = {(pair["a"], pair["b"]): pair for pair in read(tmp_path / "out")["pairs"]}
    assert pairs["twin", "numpy"]["passed"]
    for pair in (pairs["late", "numpy"], pairs["twin", "late"]):
        assert (pair["passed"], pair["first_step_out"], pair["quantity_out"]) == (False, 4, "loss")
    assert "2 of 3 pairs do not match." in out
    told = " ".join(out.split())
    assert "late trains mlp otherwise than twin and numpy, which agree: step 4: loss out by " in told
    assert pairs["late", "numpy"]["verdict"] == "differ"
    assert pairs["late", "numpy"]["relative_out"] == pytest.approx(2.5e-8, rel=0.2)
    text = (tmp_path / "out" / "certificate.md").read_text()
    assert "twin, late and numpy DO NOT match" in text
    assert "| mlp | late, numpy | differ | 4 | loss |" in text


def test_one_process_traces_several_networks(installed, tmp_path):
    """A network at which a worker dies, or which a backend refuses, keeps none of the others from its certificate."""
    asked = ("--backends", "fragile", "--architectures", "linear,mlp,cnn", "--train-size", "200", "--steps", "2")
    code, _, err = run_cli("certify", *asked, "--threads", "1", "--output", "out", cwd=tmp_path, installed=installed)
    assert code == 1, err
    found = {pair["architecture"]: (pair["passed"], pair["reason"]) for pair in read(tmp_path / "out")["pairs"]}
    assert found["linear"][0] is found["mlp"][0] is False
    assert "fragile: the worker was killed by SIGKILL" in found["linear"][1]
    assert found["mlp"][1] == "fragile: ValueError: no mlp"
    assert found["cnn"] == (True, "")
    assert "[6/6] numpy cnn, float64: 2 steps" in err
    logs = {path.name for path in (tmp_path / "out" / "logs").iterdir()}
    assert logs == {"linear-fragile-float64.txt", "mlp-fragile-float64.txt", "linear-numpy-float64.txt"}


def test_rounding_is_measured_until_it_explains_the_gaps(installed, tmp_path):
    """One copy that rounds otherwise says enough where it is led as far: the other five are not trained."""
    (tmp_path / "large.toml").write_text(LARGE_STEPS)
    asked = ("--backends", "near", "--architectures", "mlp", "--train-size", "200", "--recipe", "large.toml")
    code, out, err = run_cli(*("certify", *asked, "--threads", "1", "--steps", "40"), cwd=tmp_path, installed=installed)
    assert code == 3, out + err
    assert "mlp is undecidable from step 40: rounding alone leads as far as near and numpy" in " ".join(out.split())
    assert "[3/3] numpy mlp, rounding-1: 40 steps" in err
    assert "rounding-2" not in err


def test_a_worker_that_dies_is_no_match(installed, tmp_path):
    """A crash makes pairs that have not passed, with the reason; the other backends are certified all the same."""
    code, out, _ = run_cli(*SHORT, "--backends", "dying", "--json", cwd=tmp_path, installed=installed)
    assert code == 1
    certificate = json.loads(out)
    pairs = {(pair["a"], pair["b"]): pair for pair in certificate["pairs"]}
    assert pairs["twin", "numpy"]["passed"]
    assert "dying: the worker was killed by SIGKILL" in pairs["dying", "numpy"]["reason"]
    assert pairs["dying", "numpy"]["loss_gap"] is None
    (folder,) = (tmp_path / "reports").iterdir()
    assert folder.name == f"certificate-{certificate['identity'][:8]}"


def test_float32_prints_the_noise_floor(installed, tmp_path):
    """In float32 the command prints gap and noise floor, and a wrong learning rate is not taken for noise."""
    asked = (*SHORT, "--backends", "late", "--precision", "float32", "--output", "out")
    code, out, err = run_cli(*asked, cwd=tmp_path, installed=installed)
    assert code == 1
    assert "Noise floors" in out
    assert "late mlp, nudged: 5 steps" in err
    pairs = {(pair["a"], pair["b"]): pair for pair in read(tmp_path / "out")["pairs"]}
    equal = pairs["twin", "numpy"]
    assert equal["passed"]
    assert 0 < equal["nudged"]["weight"] <= equal["floor"]["weight"] < 1e-5
    assert len(equal["noise"]) == 5
    assert not pairs["late", "numpy"]["passed"]


def test_the_same_command_renews_its_certificate(matching, installed, tmp_path):
    """The same command again writes its own folder again; another one is refused, and changes nothing."""
    shutil.copytree(matching[0], tmp_path / "out")
    (tmp_path / "out" / "figures" / "left.png").write_text("of an earlier version")
    assert run_cli(*SHORT, "--output", "out", cwd=tmp_path, installed=installed)[0] == 0
    assert not (tmp_path / "out" / "figures" / "left.png").exists()
    before = (tmp_path / "out" / "certificate.json").read_bytes()
    code, _, err = run_cli(*SHORT, "--seed", "1", "--output", "out", cwd=tmp_path, installed=installed)
    assert code == 2
    assert "out holds another certificate" in err
    assert (tmp_path / "out" / "certificate.json").read_bytes() == before


BAD = {
    "backend": (["--backends", "twim"], ["'twim'", "Did you mean 'twin'?"]),
    "network": (["-a", "mlpp"], ["'mlpp'", "Did you mean 'mlp'?"]),
    "steps": (["--steps", "0"], ["--steps", "at least 1", "it is 0"]),
    "steps and epochs": (["--epochs", "2"], ["--steps", "--epochs"]),
    "suite and network": (["--suite", "optimizers"], ["--suite", "--architectures", "--train-size"]),
    "run and network": (["--run", "out"], ["--run", "--architectures"]),
    "precision": (["--precision", "bfloat16"], ["float64", "float32"]),
    "seed": (["--seed", "-1"], ["--seed", "-1"]),
    "threads": (["--threads", "0"], ["threads must be from 1 to 1024"]),
    "size": (["--train-size", "60001"], ["60,001", "1 to 60,000"]),
    "recipe": (["--recipe", "linear"], ["mean_squared_error", "'mlp'"]),
    "frozen layers": (["--freeze", "zz"], ["no layer of 'mlp' is named by 'zz'", "Valid: body"]),
    "all layers frozen": (["--freeze", "*"], ["leaves nothing of 'mlp' to train"]),
    "output": (["--output", "file"], ["file", "not a folder", "--output"]),
    "other output": (["--output", "theirs"], ["theirs", "no certificate", "--output"]),
}


@pytest.mark.parametrize(("options", "words"), BAD.values(), ids=BAD)
def test_what_cannot_be_meant_is_refused(installed, tmp_path, options, words):
    """A wrong option ends with exit code 2 and one paragraph that names it, before anything is written."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "thesis.txt").write_text("mine")
    code, out, err = run_cli(*SHORT, *options, cwd=tmp_path, installed=installed)
    message = " ".join(err.split())
    assert code == 2, out + err
    assert "Traceback" not in err
    assert all(word in message for word in words), message
    assert {path.name for path in tmp_path.iterdir()} == {"file", "theirs"}
    assert [path.name for path in (tmp_path / "theirs").iterdir()] == ["thesis.txt"]


OTHER = {
    "the reference alone": (["certify", "--backends", "numpy"], ["numpy takes part anyway", "name another one"]),
    "suite": ([*SMALL, "--suite", "optimisers"], ["'optimisers'", "Did you mean 'optimizers'?"]),
    "no comparison": ([*SMALL, "--run", "nowhere"], ["nowhere", "results.jsonl"]),
}


@pytest.mark.parametrize(("arguments", "words"), OTHER.values(), ids=OTHER)
def test_other_things_that_cannot_be_meant(installed, tmp_path, arguments, words):
    """A certificate of nothing is refused with what to do instead."""
    code, _, err = run_cli(*arguments, cwd=tmp_path, installed=installed)
    assert code == 2
    assert all(word in " ".join(err.split()) for word in words), err
