import signal
import sys

import psutil
import pytest
from processes import assert_nobody_is_left, read_lines, wait_until
from third_party import LINEAR, add_backend, run_cli, start_cli

from mnist_compare.errors import UsageError
from mnist_compare.runner.engine import Setting, run_job
from mnist_compare.runner.local_engine import LocalEngine
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.probe_job import Probed, ProbeJob
from mnist_compare.runner.request import Request

LINE = "the framework says something while nobody has a job for it"


@pytest.fixture
def before():
    """The processes that this one has started already."""
    return set(psutil.Process().children(recursive=True))


def children(before):
    return [child for child in psutil.Process().children(recursive=True) if child not in before]


def test_a_job_goes_to_the_worker_that_waits_for_it(tmp_path, before):
    """A worker that was started before its job was known does the job, and no other is started for it."""
    with LocalEngine() as engine:
        engine.prepare("numpy", sys.executable, 1)
        (idle,) = children(before)
        answer = run_job(engine, ProbeJob("numpy"), Setting(1, tmp_path / "log.txt"))
        assert isinstance(answer, Probed)
        assert not idle.is_running()
        assert not children(before)


@pytest.mark.parametrize("threads", [1, 2])
def test_only_a_worker_that_was_started_alike_is_taken(tmp_path, before, threads):
    """A job for two threads has another worker than one that was started for one; who has waited in vain is ended."""
    with LocalEngine() as engine:
        engine.prepare("numpy", sys.executable, 1)
        answer = run_job(engine, ProbeJob("numpy"), Setting(threads, tmp_path / "log.txt"))
        assert isinstance(answer, Probed)
        assert not children(before)


def test_a_worker_that_cannot_be_started_ahead_is_no_error(before):
    """An interpreter that is not there is named by the run that needs it, and not before."""
    with LocalEngine() as engine:
        engine.prepare("numpy", "/nowhere/python", 1)
    assert not children(before)


def test_an_error_in_the_plan_leaves_nobody(before):
    """Where there are not so many images, the worker that was to train on them is gone with the error."""
    with LocalEngine() as engine:
        with pytest.raises(UsageError, match="train_size"):
            make_plan(Request(("numpy",), ("linear",), train_size=1_000_000), engine)
        assert [child for child in children(before) if "python" in child.name()]
    assert not children(before)


def add_telling(folder, name, then="pass"):
    """A backend whose framework says a line when it is imported, and writes down in which process that was."""
    add_backend(folder, name)
    module = folder / f"{name}_backend.py"
    module.write_text(module.read_text().replace(f"{name}_backend:Theirs", f"{name}_framework:Theirs"))
    (folder / f"{name}_framework.py").write_text(
        "import ctypes, os, sys, time\n"
        f"open({str(folder / 'imported')!r}, 'a').write('{name}\\n')\n"
        f"print({LINE!r}, file=sys.stderr, flush=True)\n{then}\nfrom {name}_backend import Theirs\n"
    )


def imported(place):
    """The backends whose framework was imported, in the order in which that was."""
    return (place / "installed" / "imported").read_text().split()


def ask(place, backends, *options):
    add_telling(place / "installed", "first")
    add_telling(place / "installed", "second")
    asked = (*LINEAR, *backends, "--output", "out", *options)
    code, _, err = run_cli(*asked, cwd=place, installed=place / "installed")
    assert code == 0, err
    return err


@pytest.mark.parametrize("options", [(), ("--threads", "3"), ("--jobs", "2"), ("--seeds", "0,1")])
def test_no_worker_is_started_that_has_no_run(tmp_path, options):
    """The worker that was started ahead does the first run: no framework is imported more often than there are runs."""
    ask(tmp_path, ("--backends", "first,second"), *options)
    runs = [record["backend"] for record in read_lines(tmp_path / "out")]
    assert sorted(imported(tmp_path)) == sorted(runs)


def test_the_first_of_a_relay_is_started_ahead_too(tmp_path):
    """A relay starts with the worker that waits, and goes on with others."""
    ask(tmp_path, ("--relay", "first,second"), "--epochs", "2")
    assert imported(tmp_path) == ["first", "second"]


def test_where_the_first_run_is_finished_the_next_one_has_the_worker(tmp_path):
    """A comparison that goes on does not let the worker of a finished run stay beside those that train."""
    add_telling(tmp_path / "installed", "first", then="if os.path.exists('again'): time.sleep(600)")
    add_telling(tmp_path / "installed", "second", then="assert os.path.exists('again')")
    asked = (*LINEAR, "--backends", "first,second", "--threads", "1", "--output", "out")
    assert run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed")[0] == 3
    (tmp_path / "again").touch()
    (tmp_path / "installed" / "imported").unlink()
    code, _, err = run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed", timeout=60)
    assert code == 0, err
    assert "first linear seed 0: already done" in err
    assert imported(tmp_path) == ["second"]


@pytest.mark.parametrize("options", [("--output", "out"), ("--name", "mine"), ()])
def test_a_finished_comparison_imports_nothing(tmp_path, options):
    """Asked again, in whatever way its folder is named, no worker is started for what is done."""
    add_telling(tmp_path / "installed", "first")
    asked = (*LINEAR, "--backends", "first", "--threads", "1", *options)
    for _ in range(2):
        code, _, err = run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed")
        assert code == 0, err
        assert imported(tmp_path) == ["first"]


def test_what_a_framework_says_before_there_is_a_job_is_in_the_log_of_the_run(tmp_path):
    """The log begins with what the import printed, whether the worker waited for its job or not, each line once."""
    err = ask(tmp_path, ("--backends", "first,second"), "--threads", "1")
    for name in ("first", "second"):
        (log,) = (tmp_path / "out" / "runs").glob(f"{name}-*/log.txt")
        assert log.read_text().splitlines() == [LINE]
    assert LINE not in err


def test_a_framework_that_dies_before_there_is_a_job_is_a_record_with_its_last_words(tmp_path):
    """A crash in an import that began before the run did is told as any other, with what the framework said."""
    add_telling(tmp_path / "installed", "dying", then="os._exit(3)")
    asked = (*LINEAR, "--backends", "dying,numpy", "--threads", "1", "--output", "out")
    code, _, _ = run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 3
    crashed, done = read_lines(tmp_path / "out")
    assert (crashed["status"], done["status"]) == ("crashed", "done")
    assert "exit code 3" in crashed["reason"]
    assert LINE in crashed["reason"]
    (log,) = (tmp_path / "out" / "runs").glob("dying-*/log.txt")
    assert log.read_text().splitlines() == [LINE]


LOCKED = """library, mutex = ctypes.PyDLL(None), ctypes.create_string_buffer(64)
while True:
    library.pthread_mutex_lock(mutex)"""


@pytest.mark.parametrize("hang", ["time.sleep(600)", LOCKED])
def test_a_worker_that_waits_ends_with_the_program(tmp_path, hang):
    """When the program is killed before it has a job, the worker ends too, even where its import never lets go."""
    add_telling(tmp_path / "installed", "slow", then=hang)
    asked = (*LINEAR, "--backends", "slow", "--threads", "1", "--output", "out")
    with start_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed") as program:
        wait_until(psutil.Process(program.pid).children)
        program.send_signal(signal.SIGSTOP)  # it does not come to the end of its plan
        wait_until((tmp_path / "installed" / "imported").exists)
        program.send_signal(signal.SIGKILL)
        program.wait(10)
        assert not (tmp_path / "out").exists()
        assert_nobody_is_left(tmp_path)
