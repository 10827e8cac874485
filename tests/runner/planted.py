"""Faults that are planted in a worker: copied beside a backend of other people, whose action calls one of them."""

import ctypes
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path


def step_slowly(experiment, steps, at="at"):
    """Say in the file `at` which step comes next, and wait a moment for each, until there is a file `go`."""
    Path(f".{at}").write_text(str(experiment.step))
    Path(f".{at}").replace(at)
    if not Path("go").exists():
        time.sleep(0.08 * len(steps))


def drift(experiment):
    """Train to other bits every time."""
    noise = 1 + int.from_bytes(os.urandom(2)) * 1e-9
    experiment.restore({name: array * noise for name, array in experiment.weights().items()}, None)


def segfault():
    ctypes.string_at(0)


def leave():
    os._exit(3)


def too_much_for_python():
    bytearray(1 << 60)


def raise_error():
    raise ValueError("the shapes do not fit:\n  2, 3\nand\n  4, 5")


def raise_without_a_log():
    """Raise where not a byte can be written: the disk of the log is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    raise ValueError("no log takes this")


def hang():
    while True:
        time.sleep(60)


def hang_deaf_with_child():
    """Hear no SIGTERM, and have a child that hears none."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path("deaf").touch()
    hang()


def hang_without_letting_go():
    """Hang in a C function that keeps the interpreter's lock: no thread and no signal handler runs any more."""
    Path("deaf").touch()
    library, mutex = ctypes.PyDLL(None), ctypes.create_string_buffer(64)
    while True:
        library.pthread_mutex_lock(mutex)


def leave_with_child_on_the_pipe():
    """Die, and leave a child in a session of its own that holds the pipe of the events open until a file `over`."""
    if os.fork() == 0:
        os.setsid()
        while not Path("over").exists():
            time.sleep(0.1)
    os._exit(3)


def die_of_an_unnamed_signal():
    os.kill(os.getpid(), signal.SIGRTMIN + 3)
    hang()


def events():
    """The descriptor of the pipe that the events go through."""
    return next(fd for fd in range(3, 100) if Path(f"/proc/self/fd/{fd}").exists() and _writes_to_pipe(fd))


def _writes_to_pipe(fd):
    import fcntl

    return stat.S_ISFIFO(os.fstat(fd).st_mode) and fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY


def say_no_json():
    os.write(events(), b"Loading libgarbage.so ... done\n")


def say_no_text():
    os.write(events(), b'{"type": "\xff\xfe"}\n')


def say_a_huge_line():
    for _ in range(300):
        os.write(events(), b"x" * 10_000)


def say_another_jobs_event():
    os.write(events(), b'{"type": "failed", "reason": "of another job"}\n')
    hang()


def close_the_pipe():
    os.close(events())
    hang()
