import shutil
import tempfile
from itertools import chain

import command_here
import in_process
import numpy as np
import pytest
import valid_files
from hostile_cases import COUNTS, cases
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

NUMBERS = ("0", "1", "2", "-1", "1.5", "x", "", "9" * 30, "9" * 5000, "nan", "inf", "1e999", "\u0661")
PATHS = (
    *("out", "new/deeper", "", ".", "..", "/", "../file", "../file/below", "/proc/nowhere/out", "/dev/null", "x" * 300),
    *("../done", "../empty", "[/b]", "a\nb", "\udcff", "../odd.toml", "../network.toml", "../tiny.npz", "../digit.png"),
)
SAVED = ("saved", "new/deeper", "", ".", "../file", "/proc/nowhere/out", "/dev/null", "x" * 300, "[/b]", "\udcff")
SETS = ("mnist", "../tiny.npz", "../tiny.npz", "../bad.npz", *PATHS)
NETWORKS = (
    "linear",
    "linear",
    "mlp",
    "linear,mlp",
    "../network.toml",
    "../odd.toml",
    "lenett",
    ",",
    "",
    "../none.toml",
)
BACKENDS = ("numpy", "numpy", "numpy,numpy", "torch", "nunpy", ",", "numpy+numpy", "[/b]")
RECIPES = ("linear", "mlp", "../recipe.toml", "../odd.toml", "mlpp", "", *PATHS)
PYTHONS = (
    *("numpy", "=x", "numpy=", "numpy=/nowhere/python", "numpy=../file", "numpy=../empty", "nunpy=/bin/true"),
    *("numpy=~nobody-here/python", f"numpy={'x' * 300}", "numpy=/bin/false", "numpy=/dev/null"),
)
SIZES = ("28", "28x30", "4", "64", "1025", "28x", "x28", "3x3x3", "0x5", *NUMBERS)
TUNINGS = ("tuned", "plain", "both", "bias-rows+flat-order", "tuned+plain", "other", "+", ",")
SHARED = {
    "--backends": BACKENDS,
    "--architectures": NETWORKS,
    "--recipe": RECIPES,
    "--dataset": SETS,
    "--resize": SIZES,
    "--pad": ("square", "32", "28", "27", *SIZES),
    "--train-size": ("10", "200", "300", "301", *NUMBERS),
    "--device": ("auto", "cpu", "gpu", "gpu:1", "gpu:9999", "tpu", ""),
    "--threads": ("1", "4", "1025", *NUMBERS),
    "--python": PYTHONS,
}
OPTIONS = {
    "run": SHARED
    | {
        "--relay": ("numpy,numpy", "numpy", "torch,numpy", ","),
        "--epochs": ("documented", "100001", *NUMBERS),
        "--seeds": ("0", "0,1", "0-2", "3-1", "1,1", "0-", "-", "0-99999999999", "9" * 5000, str(2**63), "", "x"),
        "--jobs": ("1", "2", "0", "x"),
        "--execution": ("eager", "compiled", "auto", "lazy"),
        "--mode": ("matched", "native", "matched,native", "other", ","),
        "--tuning": TUNINGS,
        "--test-size": ("10", "100", "101", *NUMBERS),
        "--validation": ("10", "299", "300", *NUMBERS),
        "--subset-seed": (str(2**64), *NUMBERS),
        "--precision": ("float32", "float64", "bfloat16", "float16"),
        "--normalization": ("unit", "standard", "none"),
        "--batch-size": ("10", "1000000", "1000001", *NUMBERS),
        "--learning-rate": ("0.1", "1e-300", "1e300", "1e308", *NUMBERS),
        "--optimizer": ("sgd", "momentum", "nesterov", "adam", "adamw", "admm", ""),
        "--schedule": ("constant", "step", "cosine", "one_cycle", "cosin"),
        "--output": PATHS,
        "--name": ("own", "../up", ".hidden", *PATHS),
        "--timeout": NUMBERS,
    },
    "certify": SHARED
    | {
        "--backends": ("torch", "keras", "torch,keras", *BACKENDS),
        "--suite": ("optimizers", "optimisers", ""),
        "--run": PATHS,
        "--steps": NUMBERS,
        "--epochs": NUMBERS,
        "--precision": ("float64", "float32", "bfloat16"),
        "--tuning": TUNINGS,
        "--seed": (str(2**63), *NUMBERS),
        "--output": PATHS,
    },
    "predict": {
        "--run": ("../done", "../done", *PATHS),
        "--device": SHARED["--device"],
        "--files-from": ("../list.txt", "-", *PATHS),
        "--backends": ("numpy", "torhc"),
        "--seeds": ("0,", "7", "3-1", "-", ""),
        **dict.fromkeys(("--save-prepared", "--csv", "--sheet"), SAVED),
    },
    "samples": {
        "--dataset": SETS,
        "--resize": SIZES,
        "--pad": SIZES,
        "--count": ("1", "25", "1001", *NUMBERS),
        "--output": PATHS,
    },
    "report": {},
    "show": {},
    "list": {},
    "doctor": {},
    "envs": {"--python": [name.removeprefix("numpy=") for name in PYTHONS], "--constraint": PATHS},
}
FLAGS = {
    "run": ("--gray", "--invert", "--pad", "--shuffle", "--no-shuffle", "--force", "--json", "--quiet", "--help"),
    "certify": ("--gray", "--invert", "--pad", "--json", "--ledger", "--help"),
    "predict": ("--raw", "--all", "--show", "--recursive", "--json", "--jsonl"),
    "samples": ("--gray", "--invert", "--pad", "--force", "--help"),
    "report": ("--json",),
    "show": ("--toml", "--json"),
    "list": ("--json",),
    "doctor": ("--json",),
    "envs": ("--latest", "--force", "--json"),
}
NAMED = {
    "envs": ("create", "create", "list", "remove", "torch", "keras,paddle", "numpy", "torhc", "..", *PATHS),
    "predict": ("../digit.png", "../digit.png", "../*.png", "../*.gif", "-", *PATHS),
    "report": ("../done", "../done", "../odd", *PATHS),
    "show": ("cnn", "linear", "alexnet", "../network.toml", *NETWORKS, *PATHS),
    "list": ("backends", "architectures", "recipes", "datasets", "devices", ""),
}
CHEAP = ("run", "--backends", "numpy", "--architectures", "linear", "--epochs", "1")
FEW_STEPS = ("certify", "--steps", "2")
ONE_NETWORK = (*FEW_STEPS, "--backends", "numpy", "--architectures", "linear")
WORDS = st.text(st.characters(exclude_characters="\0"), max_size=8)  # no system passes one on
STRAY = ("--", "-", "--x", "-b", "extra", "--help", "--version", "--seeds", "=", "--output=", "run")


@pytest.fixture(scope="module")
def place(tmp_path_factory, mnist):
    """A folder with good and bad files, and a comparison that is done."""
    place = tmp_path_factory.mktemp("options")
    arrays = dict(zip(valid_files.NPZ_KEYS, valid_files.arrays(40, 20), strict=True))
    np.savez(place / "tiny.npz", **arrays)
    (place / "bad.npz").write_bytes((place / "tiny.npz").read_bytes()[:-50])
    (place / "network.toml").write_bytes(
        b'name = "x"\nsource = "[/b]"\nlayers = [{type = "flatten"}, {type = "linear", features = 10}]'
    )
    (place / "recipe.toml").write_bytes(valid_files.RECIPE)
    (place / "odd.toml").write_bytes(b"\xff\xfe")
    (place / "file").write_text("mine")
    (place / "list.txt").write_text("../digit.png\n\n../none.png\n")
    (place / "empty").mkdir()
    (place / "odd").mkdir()
    (place / "odd" / "results.jsonl").write_bytes(b"\n{}\n")
    Image.fromarray(mnist.test_images[0, 0]).save(place / "digit.png")
    return place


@pytest.fixture
def here(monkeypatch, place, small):
    """Calls a command in a fresh folder beside the files, and checks how it ends."""
    command_here.prepare(monkeypatch, small)
    if not (place / "done").exists():
        assert in_process.call([*CHEAP, "--output", "done"], place).code == 0

    def run(arguments):
        COUNTS[f"command {arguments[0]}" if arguments and arguments[0] in OPTIONS else "command"] += 1
        folder = tempfile.mkdtemp(dir=place)
        try:
            ended = in_process.call(arguments, folder)
        finally:
            shutil.rmtree(folder)
        check(ended)
        return ended

    return run


def check(ended):
    assert ended.code in (0, 1, 2, 3), ended.err
    assert "Traceback" not in ended.out + ended.err
    if ended.code == 2:
        before, _, message = ended.err.partition("Error: ")
        if before.startswith("Usage:") and not message:
            return  # help, where no word was given that says what to do
        assert len(message) > 10
        assert "\n\n" not in message.strip()
    else:
        assert ended.out.strip()


@st.composite
def command_lines(draw, command):
    """Some of the options of a command, with values that are valid and some that are not."""
    options = OPTIONS[command]
    names = draw(st.lists(st.sampled_from(list(options)), max_size=5)) if options else []
    given = [(name, draw(st.sampled_from(options[name]))) for name in names]
    flags = draw(st.lists(st.sampled_from(FLAGS[command]), max_size=2))
    named = draw(st.lists(st.sampled_from(NAMED[command]), min_size=1, max_size=2)) if command in NAMED else []
    stray = draw(st.one_of(st.just([]), st.just([]), st.just([]), st.sampled_from(STRAY).map(lambda word: [word])))
    return [*cheap(command, names), *chain.from_iterable(given), *flags, *named, *stray]


def cheap(command, names):
    """A command and options that keep it short; a later option of the same name goes before them."""
    if command == "certify":
        return FEW_STEPS if {"--suite", "--run"} & set(names) else ONE_NETWORK
    return CHEAP if command == "run" else (command,)


@cases(400)
@given(arguments=command_lines("run"))
@example(arguments=[*CHEAP, "--output", "[/b]"])
@example(arguments=[*CHEAP, "--output", "x" * 300])
@example(arguments=[*CHEAP, "--output", "\udcff", "--json"])
def test_any_options_of_run(here, arguments):
    """Whatever options stand together, `run` trains or says in a paragraph why it does not."""
    here(arguments)


@cases(120)
@given(arguments=command_lines("certify"))
@example(arguments=["certify", "--run", "../odd"])
def test_any_options_of_certify(here, arguments):
    """Whatever options stand together, `certify` gives a certificate or says in a paragraph why it does not."""
    here(arguments)


@cases(250)
@given(data=st.data())
@example(data=["samples", "--output", ""])
@example(data=["samples", "--output", "x" * 300])
@example(data=["show", "../network.toml"])
@example(data=["envs", "create", ","])
@example(data=["predict", "a\udcffb", "--run", "../done", "--json"])
def test_any_options_of_other_commands(here, data):
    """Whatever options stand together, the other commands do what they are asked or say in a paragraph why not."""
    command = st.sampled_from(["predict", "samples", "report", "show", "list", "doctor", "envs"])
    here(data if isinstance(data, list) else data.draw(command.flatmap(command_lines)))


@cases(100)
@given(
    words=st.lists(st.one_of(st.sampled_from([*OPTIONS, *STRAY, "-q", "-o", "linear"]), WORDS), min_size=1, max_size=5)
)
def test_any_words(here, words):
    """Words that are no command at all end with a paragraph, or with help."""
    here(["list" if word in ("run", "certify") else word for word in words])
