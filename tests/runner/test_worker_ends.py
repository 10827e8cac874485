"""Whatever a backend does in its worker, its run is a record with the reason, and the other runs are done."""

import json
from types import SimpleNamespace

import pytest
from third_party import LINEAR, add_backend, run_cli

ACTIONS = {
    "leaving": "os._exit(3)",
    "exiting": "sys.exit(0)",
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "segfault": "ctypes.string_at(0)",
    "raising": "raise ValueError('the shapes do not fit')",
    "starved": "raise MemoryError('no 8 GiB left')",
    "unfinite": "return super().train(images, targets, steps) * float('nan')",
    "printing": "print('{\"type\": \"failed\"}', flush=True); subprocess.run(['echo', 'from a child'])",
    "threads": "print([os.environ[n] for n in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS')], flush=True)",
}
ENDS = {
    "leaving": ("crashed", ["exit code 3"]),
    "exiting": ("crashed", ["exit code 0", "before its job was done"]),
    "killed": ("crashed", ["killed by SIGKILL"]),
    "segfault": ("crashed", ["killed by SIGSEGV"]),
    "raising": ("failed", ["ValueError", "the shapes do not fit"]),
    "starved": ("failed", ["MemoryError", "no 8 GiB left"]),
    "unfinite": ("diverged", ["loss became nan", "epoch 1", "step 1"]),
    "broken": ("failed", ["ImportError", "libbroken.so"]),
    "printing": ("done", []),
    "threads": ("done", []),
    "numpy": ("done", []),
}


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    """One comparison of all these backends and the reference, with three threads."""
    place = tmp_path_factory.mktemp("place")
    for name, action in ACTIONS.items():
        add_backend(place / "installed", name, action)
    add_backend(place / "installed", "broken")
    module = place / "installed" / "broken_backend.py"
    text = module.read_text().replace('"broken_backend:Theirs"', '"broken_framework:Theirs"')
    module.write_text(text)
    (place / "installed" / "broken_framework.py").write_text("raise ImportError('libbroken.so: cannot open')\n")
    names = ",".join(ENDS)
    asked = (*LINEAR, "--backends", names, "--threads", "3", "--output", "out")
    code, out, err = run_cli(*asked, cwd=place, installed=place / "installed", report=True)
    lines = (place / "out" / "results.jsonl").read_text().splitlines()
    records = {record["backend"]: record for record in map(json.loads, lines)}
    return SimpleNamespace(code=code, out=out, err=err, records=records, folder=place / "out")


@pytest.mark.parametrize("name", ENDS)
def test_every_end_has_its_status_and_reason(comparison, name):
    """A run whose worker dies, raises or diverges says in its record how, and the reader sees it in the report."""
    status, words = ENDS[name]
    record = comparison.records[name]
    assert record["status"] == status, record["reason"]
    assert all(word in record["reason"] for word in words), record["reason"]
    assert "\n" not in record["reason"]
    report = (comparison.folder / "report.md").read_text()
    assert all(word in report for word in words)


def test_other_runs_are_done(comparison):
    """The exit code says that some runs are done; no run is missing; no traceback is shown in between."""
    assert comparison.code == 3
    assert list(comparison.records) == list(ENDS)
    assert "Traceback" not in comparison.out + comparison.err
    for name, (status, _) in ENDS.items():
        if status != "done":
            assert f"{name} linear seed 0: {status}: " in comparison.err


def test_what_a_framework_prints_does_not_reach_the_results(comparison):
    """Prints of a backend and of its children go to the log of the run, and change neither events nor output."""
    printing, numpy = comparison.records["printing"], comparison.records["numpy"]
    assert printing["test_loss"] == numpy["test_loss"]
    assert printing["weights_sha256"] is not None
    assert "from a child" not in comparison.out + comparison.err
    log = (comparison.folder / printing["weights"]).with_name("log.txt").read_text()
    assert "from a child" in log
    assert '{"type": "failed"}' in log


def test_the_traceback_is_in_the_log(comparison):
    """Whoever writes a backend finds where it raised in the log of the run."""
    (log,) = comparison.folder.glob("runs/raising-*/log.txt")
    assert "Traceback" in log.read_text()
    assert "raising_backend.py" in log.read_text()


def test_threads_are_set_before_the_framework_starts(comparison):
    """--threads stands in the environment of every worker, for all libraries."""
    record = comparison.records["threads"]
    log = (comparison.folder / record["weights"]).with_name("log.txt").read_text()
    assert "['3', '3']" in log
    assert record["spec"]["threads"] == 3


def test_versions_of_a_backend_are_recorded(comparison):
    """The versions of the backend's distributions are in its records."""
    assert comparison.records["printing"]["versions"]["printing"] == "1.5"


@pytest.mark.parametrize("module", ["nowhere_framework", "nowhere_framework.core"])
def test_a_missing_framework_is_named_with_what_installs_it(tmp_path, module):
    """A backend whose framework is not installed is refused with the module that it misses and the command."""
    add_backend(tmp_path / "installed", "missing", modules=(module,))
    code, _, err = run_cli(*LINEAR, "-b", "missing", "-o", "out", cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 2, err
    assert err.startswith("Error: Backend 'missing' needs nowhere_framework")
    assert "pip install missing-framework" in err
    assert not (tmp_path / "out").exists()
    code, out, err = run_cli("list", "backends", cwd=tmp_path, installed=tmp_path / "installed")
    assert (code, err) == (0, "")
    (line,) = [line for line in out.splitlines() if line.startswith("missing")]
    assert "pip install missing-framework" in line


def test_a_plugin_that_cannot_be_loaded_does_not_stop_the_others(tmp_path):
    """Where the module of an entry point fails, the other backends work, and its failure is said without traceback."""
    add_backend(tmp_path / "installed", "faulty", source="raise RuntimeError('written for another version')\n")
    installed = tmp_path / "installed"
    code, out, err = run_cli("list", "backends", cwd=tmp_path, installed=installed)
    assert code == 0, err
    assert "numpy" in out
    code, _, err = run_cli(*LINEAR, "-b", "faulty", "-o", "out", cwd=tmp_path, installed=installed)
    assert code == 2
    assert "Traceback" not in err
    assert "faulty" in err
