import os
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from mnist_compare import SGD, Architecture, BatchNorm, Flatten, Linear, Recipe
from mnist_compare.backend import find_backend
from mnist_compare.data import Dataset, subset
from mnist_compare.errors import ArchitectureError, UsageError
from mnist_compare.io.decoding import decode_json
from mnist_compare.records.spec import RunSpec
from mnist_compare.runner.output_folder import output_folder
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.request import Request

SMALL = Request(("numpy",), ("mlp",), train_size=100, test_size=50, threads=2)


@pytest.fixture(scope="module")
def digits(mnist):
    """400 training and 100 test images."""
    return subset(mnist, train_size=400, test_size=100)


@pytest.fixture
def plan(digits):
    """Makes the plan of SMALL with some fields changed."""

    def make(**changes):
        return make_plan(msgspec.structs.replace(SMALL, **({"dataset": digits} | changes)))

    return make


def test_a_run_for_every_network_seed_and_backend(plan):
    """The runs are every network and mode for every seed, one seed after the other, those of the first as asked."""
    runs = plan(architectures=("linear", "cnn"), seeds=(3, 1)).runs
    found = [(run.spec.architecture.name, run.spec.seed) for run in runs]
    assert found[:2] == [("linear", 3), ("cnn", 3)]
    assert sorted(found[2:]) == [("cnn", 1), ("linear", 1)]
    assert len({run.key for run in runs}) == len({run.name for run in runs}) == 4


def test_the_runs_of_further_seeds_go_in_a_random_order_that_is_the_same_each_time(plan):
    """No network always comes first, so a slow minute of the machine hits all; the same request has the same order."""
    asked = {"architectures": ("linear", "mlp", "cnn"), "seeds": tuple(range(12))}
    names = [run.spec.architecture.name for run in plan(**asked).runs]
    blocks = [tuple(names[i : i + 3]) for i in range(0, 36, 3)]
    assert blocks[0] == ("linear", "mlp", "cnn")
    assert all(sorted(block) == ["cnn", "linear", "mlp"] for block in blocks)
    assert {block[0] for block in blocks} == {"linear", "mlp", "cnn"}
    assert names == [run.spec.architecture.name for run in plan(**asked).runs]


def test_all_means_the_documented_networks_with_their_recipes(plan):
    """`all` are the documented networks and the frameworks' examples, each with the recipe of its document."""
    runs = plan(architectures=("all",), epochs="documented").runs
    assert [(run.spec.architecture.name, run.spec.recipe.name, run.spec.recipe.epochs) for run in runs] == [
        *(("linear", "linear", 10), ("mlp", "mlp", 30), ("cnn", "cnn", 10)),
        *(("lenet", "lenet", 10), ("convnet", "convnet", 50), ("alexnet", "convnet", 50)),
        ("speedrun", "speedrun", 1),
        *(("pytorch_example", "pytorch_example", 14), ("keras_example", "keras_example", 15)),
        ("paddle_example", "paddle_example", 5),
        *((name, "cnn", 10) for name in ("rnn", "gru", "lstm", "vit")),
    ]


def test_things_named_twice_are_there_once(plan):
    """A backend or network that is named twice is not trained twice."""
    assert len(plan(backends=("numpy", "numpy"), architectures=("mlp", "linear", "mlp")).runs) == 2


def test_recipes_are_changed_as_asked(plan):
    """What is asked for replaces that part of the recipe, and nothing else of it."""
    asked = plan(epochs=7, batch_size=33, learning_rate=0.5, optimizer="momentum", schedule="cosine", shuffle=True)
    recipe = asked.runs[0].spec.recipe
    assert (recipe.epochs, recipe.batch_size, recipe.shuffle) == (7, 33, True)
    assert recipe.optimizer == SGD(0.5, momentum=0.9)
    assert recipe.schedule.__struct_config__.tag == "cosine"
    assert (recipe.name, recipe.loss, recipe.precision) == ("mlp", "cross_entropy", "float32")


CHANGES = {
    "architecture": {"architectures": ("cnn",)},
    "layers": {"architectures": (Architecture("mlp", (Flatten(), Linear(10)), recipe="mlp"),)},
    "recipe": {"recipe": "cnn"},
    "recipe value": {"recipe": Recipe("mlp", optimizer=SGD(0.01), batch_size=20, epochs=3, shuffle=True)},
    "clipping": {"recipe": Recipe("mlp", optimizer=SGD(0.01), batch_size=20, epochs=3, shuffle=False, clip_norm=1.0)},
    "epochs": {"epochs": 4},
    "tuning": {"tunings": ("plain",)},
    "seeds": {"seeds": (1,)},
    "train size": {"train_size": 101},
    "test size": {"test_size": 51},
    "validation": {"validation": 10},
    "subset": {"subset_seed": 1},
    "device": {"device": "cpu"},
    "threads": {"threads": 1},
    "precision": {"precision": "float64"},
    "normalization": {"normalization": "standard"},
    "batch size": {"batch_size": 21},
    "learning rate": {"learning_rate": 0.011},
    "optimizer": {"optimizer": "adam"},
    "schedule": {"schedule": "cosine"},
    "shuffle": {"shuffle": True},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_the_numbers_changes_the_key(plan, changes):
    """A run of another request is another run: its key, its folder and the comparison's identity differ."""
    one, other = plan(), plan(**changes)
    assert one.runs[0].key != other.runs[0].key
    assert one.runs[0].name != other.runs[0].name
    assert one.identity != other.identity
    assert one.name != other.name


def test_each_network_has_the_images_that_its_recipe_sets_apart(plan, digits):
    """A share for validation is of that recipe's runs alone; a number for all is no matter of the recipe any more."""
    shared = plan(architectures=("mlp", "keras_example"), train_size=None)
    assert [(run.spec.data.train_size, run.spec.data.validation_size) for run in shared.runs] == [(400, 0), (360, 40)]
    assert [len(shared.datasets[run.spec.data].validation_labels) for run in shared.runs] == [0, 40]
    for changes in ({"validation": 0}, {"validation": 30}, {"dataset": subset(digits, validation=30)}):
        (run,) = plan(architectures=("keras_example",), train_size=None, **changes).runs
        assert (run.spec.recipe.validation_split, run.spec.data.validation_size) == (0.0, changes.get("validation", 30))


def test_other_images_are_another_run(plan, digits):
    """One pixel or one label that differs makes another run, wherever the data comes from."""
    keys = {plan().runs[0].key}
    for part in ("train_images", "train_labels", "test_images", "test_labels"):
        arrays = {
            name: getattr(digits, name).copy()
            for name in digits.__dataclass_fields__
            if name.endswith(("_images", "_labels"))
        }
        arrays[part].flat[-1] = (arrays[part].flat[-1] + 1) % 10
        keys.add(plan(dataset=Dataset(source="same", **arrays)).runs[0].key)
    assert len(keys) == 5


def test_where_the_data_lies_changes_nothing(plan, digits):
    """The same images under another path are the same runs of the same comparison."""
    arrays = {
        name: getattr(digits, name) for name in digits.__dataclass_fields__ if name.endswith(("_images", "_labels"))
    }
    moved = plan(dataset=Dataset(source="/elsewhere", **arrays))
    assert moved.runs[0].spec.data.source == "/elsewhere"
    assert (moved.identity, moved.runs[0].key, moved.name) == (plan().identity, plan().runs[0].key, plan().name)


def test_defaults_that_are_named_change_nothing(plan):
    """Asking for what is the default anyway is the same comparison."""
    named = plan(recipe="mlp", epochs=3, seeds=(0,), device="auto", precision="float32", batch_size=20, shuffle=False)
    assert named.identity == plan().identity
    assert plan(tunings=("".join(["tu", "ned"]),)).identity == plan().identity  # a string that is equal, and no other


def test_both_tunings_are_runs_of_their_own(plan):
    """`both` trains each network tuned and plain, side by side; the folder of a plain run says so."""
    runs = plan(backends=("torch",), tunings=("both",), seeds=(0, 1)).runs
    assert sorted((run.spec.tuning, run.spec.seed) for run in runs) == [
        ("plain", 0),
        ("plain", 1),
        ("tuned", 0),
        ("tuned", 1),
    ]
    assert [run.name.rpartition("-")[0] for run in runs[:2]] == ["torch-mlp-seed0", "torch-mlp-plain-seed0"]


def test_a_backend_without_passes_is_trained_once(plan):
    """The reference is the same tuned and plain: a second run of it would say nothing."""
    found = plan(backends=("torch", "numpy"), tunings=("both",), jobs=64)
    assert [(run.spec.backend, run.spec.tuning) for run in found.runs] == [
        ("torch", "tuned"),
        ("numpy", "tuned"),
        ("torch", "plain"),
    ]
    assert found.jobs == 3


def test_single_passes_are_runs_of_their_own(plan):
    """Names of passes joined by +, in any order, are one run; a list of them compares one pass at a time."""
    runs = plan(
        backends=("torch",), tunings=("flat-order+channels-last", "channels-last+flat-order", "flat-order")
    ).runs
    assert [run.spec.tuning for run in runs] == ["channels-last+flat-order", "flat-order"]
    assert runs[0].name.startswith("torch-mlp-channels-last+flat-order-seed0-")
    every = plan(backends=("torch",), tunings=("+".join(find_backend("torch").passes),)).runs[0]
    assert every.name.startswith(f"torch-mlp-{len(find_backend('torch').passes)}-passes-seed0-")


def test_the_json_of_a_tuned_run_is_as_before_there_was_tuning(plan):
    """Hashes and keys of earlier specs stay; a plain run tells its tuning, and both are read back as they were."""
    tuned, plain = (run.spec for run in plan(backends=("torch",), tunings=("both",)).runs)
    fields = [msgspec.to_builtins(spec) for spec in (tuned, plain)]
    assert fields[1].keys() - fields[0].keys() == {"tuning"}
    assert {"seed", "mode", "device", "threads", "execution"} < fields[0].keys()
    for spec in (tuned, plain):
        assert decode_json(msgspec.json.encode(spec), RunSpec) == spec
    named = decode_json(msgspec.json.encode(fields[0] | {"tuning": "tuned"}), RunSpec)
    assert msgspec.json.encode(named) == msgspec.json.encode(tuned)


IDENTITY = """
import os, sys
if sys.argv[1:]:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.request import Request
plan = make_plan(Request(("numpy",), ("linear",), train_size=100, test_size=50))
print(plan.identity, plan.runs[0].key, plan.name)
"""


def elsewhere(*arguments, seed="0"):
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", IDENTITY, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()


def test_keys_are_the_same_in_every_process():
    """Keys, identity and folder name do not depend on the process that makes them."""
    assert elsewhere(seed="1") == elsewhere(seed="2")


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system cannot take cores away from a process")
def test_identity_is_the_same_with_fewer_cores():
    """A comparison goes on in its folder, by the same command, on a machine that lends it another number of cores."""
    (identity, _, name), (other, _, other_name) = elsewhere(), elsewhere("one core")
    assert (identity, name) == (other, other_name)


def test_folder_is_named_after_what_is_asked(plan):
    """Without --output a comparison goes to reports/, under the network's name or the number of networks."""
    one = plan()
    assert one.name == f"mlp-{one.identity[:8]}"
    assert plan(architectures=("mlp", "cnn")).name.startswith("2-architectures-")
    assert output_folder(one.name, None, None) == Path("reports") / one.name
    assert output_folder(one.name, None, "mine") == Path("reports/mine")
    assert output_folder(one.name, "/some/where", None) == Path("/some/where")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a", ".hidden"])
def test_name_is_a_plain_name(plan, name):
    """--name stays in reports/."""
    with pytest.raises(UsageError, match="--name must be a plain folder name"):
        output_folder("mlp-1", None, name)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"seeds": ()}, UsageError, "at least one"),
        ({"seeds": (2**63,)}, UsageError, "2\\^63"),
        ({"subset_seed": 2**63, "train_size": None, "test_size": None}, UsageError, "subset's seed must be from 0"),
        ({"architectures": ()}, UsageError, "No architecture given"),
        ({"architectures": (Architecture("bad", (Linear(10),)),)}, ArchitectureError, "layer 1 .linear1."),
        ({"architectures": (Architecture("bad", (BatchNorm(momentum=2),)),)}, ArchitectureError, "momentum"),
        ({"recipe": Recipe(batch_size=0)}, UsageError, "batch_size"),
        ({"threads": 2000}, UsageError, "threads must be"),
        ({"tunings": ("fast",)}, UsageError, "Unknown tuning 'fast'. Valid: tuned, plain, both, relu-behind-pooling"),
        ({"tunings": ("bias-rows+fast",)}, UsageError, "Unknown tuning 'fast'.* Join passes by"),
        ({"tunings": ()}, UsageError, "No tuning given. Valid: tuned, plain, both"),
        (
            {"backends": ("torch", "numpy"), "tunings": ("plain", "flat-order")},
            UsageError,
            "backend 'numpy' has no pass flat-order. Valid with it: tuned, plain.",
        ),
    ],
)
def test_requests_of_the_library_are_checked_too(plan, changes, error, words):
    """Values that Python code hands over are checked like those of the command line."""
    with pytest.raises(error, match=words):
        plan(**changes)


@pytest.mark.parametrize("name", ["../up", "a/b", ""])
def test_a_network_value_needs_a_name_that_can_name_a_folder(plan, name):
    """The name of a network becomes a folder: one that leads elsewhere is refused, as it is in a file."""
    with pytest.raises((UsageError, ArchitectureError), match="name"):
        plan(architectures=(Architecture(name, (Flatten(), Linear(10))),))


def test_paths_may_be_given_as_paths(digits, tmp_path):
    """A network, a recipe and a data set in files are the same whether their path is a Path or a string."""
    network, recipe, data = tmp_path / "mine.toml", tmp_path / "quick.toml", tmp_path / "digits.npz"
    network.write_text(
        'name = "mine"\nrecipe = "cnn"\nlayers = [{type = "flatten"}, {type = "linear", features = 10}]\n'
    )
    recipe.write_text('name = "quick"\nbatch_size = 20\nepochs = 1\noptimizer = {type = "sgd", learning_rate = 0.1}\n')
    parts = (digits.train_images, digits.train_labels, digits.test_images, digits.test_labels)
    np.savez(data, **dict(zip(("x_train", "y_train", "x_test", "y_test"), parts, strict=True)))
    paths, strings = (
        make_plan(Request(("numpy",), (kind(network),), recipe=kind(recipe), dataset=kind(data)))
        for kind in (Path, str)
    )
    assert paths.identity == strings.identity
    assert [run.key for run in paths.runs] == [run.key for run in strings.runs]
