"""Programs of one framework alone, which `show --source` writes."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from mnist_compare import Architecture, Recipe, UsageError
from mnist_compare.architecture import GRU, Flatten, Linear, Rows
from mnist_compare.architecture.documented import ARCHITECTURES, NETWORKS, default_recipe
from mnist_compare.certify.ledger import LEDGER
from mnist_compare.recipe import find_recipe
from mnist_compare.report.page.sources import sources_page
from mnist_compare.source import find_writer, writers
from mnist_compare.source.topics import OF_LAYERS, OF_OPTIMIZERS

HERE = Path(__file__).parent
FRAMEWORKS = ("torch", "keras", "paddle", "jax")
QUICKLY_COMPILED = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
WANTED = {"float64": 1e-12, "float32": 1e-4}
"""The largest relative gap of two losses."""
FOR_MNIST = {name: network for name, network in NETWORKS.items() if not name.endswith("_imagenet")}
DEEP = ("resnet", "googlenet")
OTHER_OPTIMIZERS = ("nesterov", "adamw", "adamax", "adadelta", "rmsprop", "centered_rmsprop", "adagrad", "lion")
OTHER_LAYERS = {
    "maps": (
        'type = "transposed_convolution"\nchannels = 4\nkernel = 3\nstride = 2\npadding = 1\noutput_padding = 1',
        'type = "group_norm"\ngroups = 2',
        'type = "leaky_relu"',
        'type = "convolution"\nchannels = 6\nkernel = 3\nstride = 2\npadding = "same"',
        'type = "instance_norm"',
        'type = "gelu"',
        'type = "channel_dropout"\nrate = 0.2',
        'type = "layer_norm"',
        'type = "stochastic_depth"\nrate = 0.2',
        'type = "average_pooling"\nsize = 3\nstride = 2\npadding = 1\ncount_padding = false',
        'type = "local_response_norm"\nsize = 3',
        'type = "adaptive_average_pooling"\nsize = 3',
        'type = "flatten"',
        'type = "linear"\nfeatures = 10',
    ),
    "reading": (
        'type = "rows"',
        'type = "gru"\nfeatures = 8\nlayers = 2\nbidirectional = true\noutput = "all"',
        'type = "gru"\nfeatures = 8\nreset = "before"\nbidirectional = true',
        'type = "linear"\nfeatures = 10',
    ),
}
BESIDE_ANOTHER = {"most": 1e-10}
"""The gap of the deepest network where another framework's matched run is beside it, which adds up in another order."""
SMALL_STEPS = {"float64": 0.0001, "float32": 0.000001}
BATCHES = {"float64": 16, "float32": 32}
"""Learning rates and batches with which rounding does not grow in deep networks: in float32 the losses tell of the
network itself, and those in float64 of what its steps change.
"""


def gaps(framework, cases, **variables):
    """What the worker says of the cases."""
    if not find_spec({"keras": "tensorflow", "jax": "flax"}.get(framework, framework)):
        pytest.skip(f"{framework} is not installed")
    worker = ["jax_worker.py"] if framework == "jax" else ["source_worker.py", framework]
    command = [sys.executable, str(HERE / worker[0]), *worker[1:], json.dumps(cases)]
    variables = os.environ | variables
    done = subprocess.run(command, capture_output=True, text=True, timeout=2900, check=False, env=variables)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def with_losses(cases):
    """The cases with the losses of torch's matched runs: no backend of JAX computes them, and the reference is slow."""
    found = gaps("torch", [case | {"kind": "matched"} for case in cases])
    return [case | {"matched": one["gap"]} for case, one in zip(cases, found, strict=True)]


def case_of_network(name, precision, deep):
    """Twenty steps by the documented recipe, or small ones of SGD where the name begins as one of the `deep` do."""
    case = {"network": name, "precision": precision}
    recipe = {"optimizer": "sgd", "learning_rate": SMALL_STEPS[precision], "schedule": "constant"}
    return case | {"batch": BATCHES[precision], "recipe": recipe} if name.startswith(deep) else case


def check(found):
    """Every gap is small enough."""
    sys.stdout.write("".join(f"{one['network']}, {one['precision']}: {one['gap']:.1e}\n" for one in found))
    assert [one for one in found if not one["gap"] <= one.get("most", WANTED[one["precision"]])] == []


@pytest.mark.parametrize(("framework", "names"), [("torch", ("mlp", "convnet", "vit")), ("jax", ("linear", "convnet"))])
def test_a_program_takes_the_steps_of_a_matched_run(framework, names):
    """The losses of a program, given the weights, batches and dropout masks of a matched run, are that run's."""
    cases = [{"network": name, "precision": "float64", "steps": 6} for name in names]
    check(gaps(framework, cases, XLA_FLAGS=QUICKLY_COMPILED))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_network_is_written(framework):
    """Every network for such images is a program that Python can read, in both precisions, and names its imports."""
    for name, network in FOR_MNIST.items():
        for precision in WANTED:
            text = find_writer(framework).write(network, default_recipe(network).changed(precision=precision)).text
            compile(text, name, "exec")
            assert "mnist_compare" not in text.split('"""', 2)[2].replace("mnist_compare sets a sample", "")


def test_programs_are_tidy(tmp_path):
    """A linter finds nothing in them: no name is missing, nothing is imported in vain, no row is too long."""
    for name in (
        "linear",
        "cnn",
        "speedrun",
        "keras_example",
        "lstm",
        "vit",
        "resnet18_narrow",
        "googlenet",
        "alexnet",
    ):
        for framework, writer in writers().items():
            for precision in WANTED:
                recipe = default_recipe(NETWORKS[name]).changed(precision=precision)
                path = tmp_path / f"{name}_{framework}_{precision}.py"
                path.write_text(writer.write(NETWORKS[name], recipe).text)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E,F,I,W", "--line-length", "120", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_ledger_has_every_topic():
    """What a page tells of a layer or an optimizer stands in the ledger, and what JAX does beside it."""
    topics = {entry.topic for entry in LEDGER}
    named = {topic for found in (OF_LAYERS, OF_OPTIMIZERS) for group in found.values() for topic in group}
    told = {*find_writer("jax").defaults}
    assert named <= told <= topics


def test_own_defaults_are_said():
    """A comment says why, where a framework's own default had to be changed."""
    text = find_writer("keras").write(ARCHITECTURES["convnet"], default_recipe(ARCHITECTURES["convnet"])).text
    assert "momentum=0.9, epsilon=1e-05)" in text
    assert "# Keras's own: momentum 0.99, epsilon 1e-3" in text
    assert "Keras takes probabilities by default" in text


def test_what_cannot_be_written_is_said():
    """Neither a recipe nor a layer is left out in silence."""
    early = Architecture("early", (Rows(), GRU(8, reset="before"), Linear(10)))
    with pytest.raises(UsageError, match=r'no GRU with the reset before the product.*Take reset = "after"'):
        find_writer("torch").write(early, Recipe())
    with pytest.raises(UsageError, match="No program is written for a recipe with ema_decay"):
        find_writer("torch").write(ARCHITECTURES["mlp"], Recipe(ema_decay=0.9))
    with pytest.raises(UsageError, match="No program is written for a recipe with freeze"):
        find_writer("jax").write(ARCHITECTURES["mlp"], Recipe(freeze=("body",)))
    with pytest.raises(UsageError, match=r"optimizer 'lion'. Valid: adadelta, adagrad, adam, adamw, rmsprop, sgd"):
        find_writer("keras").write(ARCHITECTURES["mlp"], Recipe().changed(optimizer="lion"))
    colours = [
        (NETWORKS["resnet18_imagenet"], Recipe(), "takes 3x224x224 in 1,000"),
        (Architecture("tiles", (Flatten(), Linear(10)), input_shape=(3, 32, 32)), Recipe(), "takes 3x32x32 in 10"),
        (ARCHITECTURES["cnn"], find_recipe("imagenet"), "has 3 numbers, but the images have 1 channel"),
    ]
    for network, recipe, told in colours:
        with pytest.raises(UsageError, match=told):
            find_writer("torch").write(network, recipe)
    with pytest.raises(
        UsageError, match=r"No programs are written for backend 'numpy'. Valid: torch, keras, paddle, jax"
    ):
        find_writer("numpy")


def test_all_sources_stand_side_by_side():
    """The page has a row for each layer, the programs' rows to the letter, and what differs with the odd one out."""
    network = ARCHITECTURES["convnet"]
    programs = [writer.write(network, default_recipe(network)) for writer in writers().values()]
    page = sources_page(network.name, programs)
    assert page == sources_page(network.name, programs)
    for row in ("nn.Conv2d(1, 10, 5, padding=1),", "layers.ZeroPadding2D(1),", "nn.Conv2D(1, 10, 5, padding=1),"):
        assert row in page
    assert "batch norm&#39;s momentum and epsilon" in page
    assert re.search(r'<dd class="code torch odd"><span.*</span>unbiased</dd>', page)
    assert "<script" not in page
    assert not re.search(r"(src|href|url)\W+https?:", page)


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("precision", WANTED)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_network_trains_as_a_matched_run(framework, precision):
    """Twenty steps of every network that is for small images; of deep ones by small steps, in which rounding does not
    grow.
    """
    cases = [
        case_of_network(name, precision, deep=(*DEEP, "vgg") if framework == "jax" else DEEP) for name in FOR_MNIST
    ]
    found = gaps(framework, with_losses(cases) if framework == "jax" else cases)
    beside_another = BESIDE_ANOTHER if (framework, precision) == ("jax", "float64") else {}
    check([one | (beside_another if one["network"] == "resnet50" else {}) for one in found])


@pytest.mark.slow
def test_other_layers_and_optimizers_of_jax(tmp_path):
    """What no documented network has takes the steps of the reference, too."""
    cases = [{"network": "mlp", "recipe": {"optimizer": name}} for name in OTHER_OPTIMIZERS]
    for name, layers in OTHER_LAYERS.items():
        text = "".join(f"[[layers]]\n{layer}\n" for layer in layers)
        (tmp_path / f"{name}.toml").write_text(f'name = "{name}"\ninitializer = "he_normal"\n{text}')
        cases.append({"network": str(tmp_path / f"{name}.toml")})
    check(gaps("jax", [case | {"precision": "float64", "steps": 6} for case in cases]))


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_initial_weights_have_the_same_spread(framework):
    """What a program draws is spread as the initial weights of a matched run, array by array; zeros are zeros."""
    names = ("mlp", "cnn", "convnet", "speedrun", "keras_example", "rnn", "lstm", "gru", "vit", "resnet18_narrow")
    found = gaps(framework, [{"network": name, "precision": "float32", "kind": "initial"} for name in names])
    assert [one for one in found if not one["gap"] < 0.12] == []


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_program_that_is_started_learns(framework):
    """Started by itself, with 3,000 images where it looks for MNIST, it prints an accuracy far above chance."""
    wanted = {"cnn": 0.8, "speedrun": 0.85, "keras_example": 0.8, "linear": 0.1}
    cases = [{"network": name, "precision": "float32", "kind": "started", "epochs": 3} for name in wanted]
    found = gaps(framework, cases)
    assert [one for one in found if not one["gap"] >= wanted[one["network"]]] == []
