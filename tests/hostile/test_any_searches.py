"""Sweeps and studies of any contents: each trains, or says in a paragraph why not."""

import shutil
import tempfile
from pathlib import Path

import command_here
import in_process
import numpy as np
import pytest
import valid_files
from hostile_cases import COUNTS, cases
from hypothesis import example, given
from hypothesis import strategies as st

COMMON = {
    "backends": ('["numpy"]', '["numpy"]', '"numpy"', '["numpy", "numpy"]', '["nunpy"]', "[]", '""', "3"),
    "architectures": ('["linear"]', '["linear", "mlp"]', '["lenett"]', '["../odd.toml"]', "[]"),
    "seeds": ("[0]", "[0, 1]", '"0-1"', "[-1]", '"x"', "[0, 0]"),
    "epochs": ("1", "0", '"documented"', "-1", '"x"'),
    "recipe": ('"linear"', '"../recipe.toml"', '"none"', '""'),
    "mode": ('"native"', '"matched,native"', '"other"'),
    "hold_out": ("0.5", "10", "0", "1", "1e9", "nan"),
    "train_size": ("20", "30", "10000000", "0"),
    "jobs": ("1", "0"),
    "gray": ("true", "1"),
    "unknown": ("1",),
}
VALUES = {
    "learning_rate": ("[0.1, 0.01]", "0.1", "[]", "[0.1, 0.1]", '["x"]', "[nan]", "[1e300]"),
    "optimizer": ('["sgd", "adam"]', '["admm"]', "[1]"),
    "optimizer.momentum": ("[0.0, 0.9]", "[2.0]"),
    "batch_size": ("[5, 10]", "[0]", "[1e999]"),
    "schedule": ('["constant", "cosine"]', '["cosin"]'),
    "augmentation": ('["rotate"]', "[[]]", '["rotat"]'),
    "lr": ("[0.1]",),
    "name": ('["x"]',),
}
RANGES = (
    "{ low = 0.001, high = 0.1, log = true }",
    "{ low = 5, high = 10 }",
    "{ low = 2, high = 1 }",
    "{ low = 0, high = 1, log = true }",
    "{ low = 1 }",
    "{ low = 0.1, high = 0.2, step = -1 }",
    "3",
)
OPTIONS = {
    "sweep": ("--dry-run", "--yes", "--no-chosen", "--json", "--quiet", "--max-runs=1", "--max-runs=0", "--output=out"),
    "tune": ("--dry-run", "--no-chosen", "--json", "--quiet", "--trials=2", "--trials=0", "--storage=../none/x"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a small data set, a recipe, and a file that is no text."""
    place = tmp_path_factory.mktemp("searches")
    np.savez(place / "tiny.npz", **dict(zip(valid_files.NPZ_KEYS, valid_files.arrays(40, 20), strict=True)))
    (place / "recipe.toml").write_bytes(valid_files.RECIPE)
    (place / "odd.toml").write_bytes(b"\xff\xfe")
    return place


@pytest.fixture
def here(monkeypatch, place, small):
    """Calls `sweep` or `tune` with a file of these contents, in a fresh folder, and checks how it ends."""
    command_here.prepare(monkeypatch, small)

    def run(command, text, options):
        COUNTS[f"command {command}"] += 1
        folder = Path(tempfile.mkdtemp(dir=place))
        try:
            (folder / "search.toml").write_text(text)
            ended = in_process.call([command, "search.toml", *options], folder)
        finally:
            shutil.rmtree(folder)
        assert ended.code in (0, 1, 2, 3), ended.err
        assert "Traceback" not in ended.out + ended.err
        if ended.code == 2:
            message = ended.err.partition("Error: ")[2].strip()
            assert len(message) > 20
            assert "\n\n" not in message
        return ended

    return run


def one_of(values):
    """One of them, and half of the time the first, which is valid."""
    return st.one_of(st.just(values[0]), st.sampled_from(values))


@st.composite
def tables(draw, values, most):
    """Some lines of a table, with values that are valid and some that are not; now and then none."""
    names = draw(
        st.lists(one_of(list(values)), min_size=draw(st.sampled_from((1, 1, 1, 0))), max_size=most, unique=True)
    )
    return "".join(f"{name} = {draw(one_of(values[name]))}\n" for name in names)


@st.composite
def searches(draw, command):
    """The contents of a file for the command, small enough to be trained in a moment."""
    common = {"backends": '["numpy"]', "architectures": '["linear"]', "epochs": "1", "dataset": '"../tiny.npz"'}
    if command == "tune":
        common["trials"] = "2"
    for name in draw(st.lists(st.sampled_from(list(COMMON)), max_size=2, unique=True)):
        common[name] = draw(one_of(COMMON[name]))
    text = "".join(f"{name} = {value}\n" for name, value in common.items())
    if command == "tune":
        kinds = {name: (RANGES[0], *RANGES, *VALUES[name]) for name in VALUES}
        return f"{text}[space]\n{draw(tables(kinds, 2))}"
    if draw(st.sampled_from((False, False, True))):
        text += f"sample = {draw(one_of(('2', '1', '0', '100000')))}\n"
        text += f"[ranges]\n{draw(tables(dict.fromkeys(VALUES, RANGES), 1))}"
    text += f"[grid]\n{draw(tables(VALUES, 2))}"
    for kind in draw(st.lists(st.sampled_from(("exclude", "when")), max_size=1)):
        text += f"[[{kind}]]\n{draw(one_of(('learning_rate = 0.1', 'learning_rate = 7', 'lr = 1')))}\n"
        text += "[when.grid]\nbatch_size = [5]\n" if kind == "when" else ""
    return text


@cases(60)
@given(text=searches("sweep"), options=st.lists(st.sampled_from(OPTIONS["sweep"]), max_size=2))
@example(text="", options=[])
@example(text="[grid]\nlearning_rate = [0.1]\n[[exclude]]\nlearning_rate = 0.1\n", options=[])
def test_any_sweeps(here, text, options):
    """Whatever a grid holds, `sweep` trains its settings or says in a paragraph why it does not."""
    here("sweep", text, options)


@cases(40)
@given(text=searches("tune"), options=st.lists(st.sampled_from(OPTIONS["tune"]), max_size=2))
@example(text="", options=[])
@example(text="[space]\naugmentation = { low = 0.1, high = 0.2 }\n", options=[])
def test_any_studies(here, text, options):
    """Whatever a space holds, `tune` searches it or says in a paragraph why it does not."""
    here("tune", text, options)
