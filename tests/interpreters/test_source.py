"""What makes two runs the same: the source that their numbers come from, and the GPUs that `auto` may mean."""

import subprocess
import sys
from pathlib import Path

import pytest
from other_python import copy_package

import mnist_compare
from mnist_compare.backend import backends
from mnist_compare.host.gpus import shown_gpus
from mnist_compare.host.source import NO_NUMBERS, computing_modules, source_sha256
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.request import Request


@pytest.fixture
def digest_of(tmp_path, monkeypatch):
    """Makes a package of some files, and gives the hash of its source."""

    def make(files):
        name = f"package_{len(list(tmp_path.iterdir()))}"
        for file, text in files.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        monkeypatch.syspath_prepend(str(tmp_path))
        return source_sha256(name)

    return make


def test_source_is_names_and_bytes_of_python_files(digest_of):
    """A changed, renamed, moved or added .py file is another source; a cache or a data file is not."""
    whole = {"__init__.py": "raise RuntimeError\n", "a.py": "x = 1\n", "sub/b.py": ""}
    first = digest_of(whole)
    assert len(first) == 64
    assert digest_of(whole) == digest_of(whole | {"__pycache__/a.pyc": "?", "data.txt": "?"}) == first
    others = [
        whole | {"a.py": "x = 2\n"},
        whole | {"c.py": ""},
        {"__init__.py": "raise RuntimeError\n", "c.py": "x = 1\n", "sub/b.py": ""},
        {"__init__.py": "raise RuntimeError\n", "a.py": "x = 1\n", "b.py": ""},
    ]
    assert len({first, *map(digest_of, others)}) == 5


def test_source_of_a_module_and_of_none(tmp_path, monkeypatch):
    """A backend that is one file has a source too; one that is not there is an error with its name."""
    (tmp_path / "single_file.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert source_sha256("single_file") != source_sha256("mnist_compare")
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        source_sha256("no_such_package")


def numbers_of(folder):
    code = "from mnist_compare.host.source import numbers_sha256; print(numbers_sha256('mnist_compare_torch'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize(
    ("file", "same"),
    [("randomness.py", False), ("cli/show.py", True), ("document/style.py", True), ("lowering/layout.py", False)],
)
def test_only_what_determines_numbers_makes_another_run(tmp_path, file, same):
    """A run is another one after a change of what its numbers come from, and the same after one of the command line."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    copy_package(tmp_path / "one", new="")
    copy_package(tmp_path / "other", file)
    assert (numbers_of(tmp_path / "one") == numbers_of(tmp_path / "other")) == same


def test_every_module_that_may_compute_is_in_the_key_or_left_out_with_a_reason():
    """A new module of the layers that compute is in the key of a run, or has a reason not to be."""
    root = Path(mnist_compare.__file__).parent
    layers = ("architecture", "recipe", "data", "lowering", "experiment", "randomness", "backend")
    modules = {".".join(path.relative_to(root).with_suffix("").parts) for path in root.rglob("*.py")}
    lower = {module.removesuffix(".__init__") for module in modules if module.split(".")[0] in layers}
    counted = {name for backend in backends().values() for name in computing_modules(backend.package)}
    left = {module for module in lower if f"mnist_compare.{module}" not in counted}
    forgotten = {module for module in left if not any(f"{module}.".startswith(f"{one}.") for one in NO_NUMBERS if one)}
    assert not forgotten
    assert {one for one in NO_NUMBERS if one} <= modules | {module.removesuffix(".__init__") for module in modules}


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """A driver's folder that shows no GPU yet."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr("mnist_compare.host.gpus.DRIVER_FOLDER", tmp_path)
    (tmp_path / "version").write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  575.57.08\n")
    return tmp_path


def add_gpu(driver, number, model):
    folder = driver / f"gpus/0000:0{number}:00.0"
    folder.mkdir(parents=True)
    (folder / "information").write_text(f"Model: \t\t {model}\nIRQ:   \t\t 5\n")


def test_gpus_are_read_from_the_driver(driver, monkeypatch):
    """The GPUs' names come from the driver's files; none where there is no GPU, or where they are hidden."""
    assert shown_gpus() == []
    add_gpu(driver, 1, "NVIDIA H201")
    add_gpu(driver, 0, "NVIDIA H200")
    assert shown_gpus() == ["NVIDIA H200", "NVIDIA H201"]
    for hidden in ("", "-1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
        assert shown_gpus() == []


@pytest.mark.parametrize(("device", "same"), [("auto", False), ("cpu", True)])
def test_auto_on_a_machine_with_a_gpu_is_another_run(driver, small, device, same):
    """A run on `auto` is not kept where a GPU is shown that was not there before; one on `cpu` is."""

    def key():
        return make_plan(Request(("numpy",), ("linear",), dataset=small, device=device)).runs[0].key

    before = key()
    add_gpu(driver, 0, "NVIDIA H200")
    assert (key() == before) == same
