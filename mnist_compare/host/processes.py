"""Groups and trees of processes, and the pipes that they inherit, with what each system has.

On POSIX systems a program that is started gets a group of its own, which is ended as one. Windows has no such groups:
there a program and all that it has started are found one by one, and a process whose parent has ended is not found.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psutil

OWN_GROUP: dict[str, Any]
"""The arguments of Popen for a process that has a group of its own, which Ctrl-C does not reach."""

STOP_SIGNAL: int
"""What a process hears that is asked to stop in order."""

if sys.platform == "win32":
    import msvcrt

    OWN_GROUP, STOP_SIGNAL = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}, signal.SIGBREAK
    _ASKING = signal.CTRL_BREAK_EVENT
else:
    OWN_GROUP, STOP_SIGNAL = {"start_new_session": True}, signal.SIGTERM
    _ASKING = STOP_SIGNAL


def ask_to_stop(process: "subprocess.Popen[Any]") -> None:
    """Let a process that was started with OWN_GROUP hear STOP_SIGNAL; one that is gone hears nothing."""
    with suppress(OSError):
        process.send_signal(_ASKING)


def interrupt_group(process: "subprocess.Popen[Any]") -> None:
    """Let a process that was started with OWN_GROUP, and all in its group, tidy up and end."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.send_signal(_ASKING)
        else:
            os.killpg(process.pid, signal.SIGINT)


def kill_tree(process: "subprocess.Popen[Any]") -> None:
    """Kill a process that was started with OWN_GROUP, its group, and all that it has started, in whatever group that
    is by now. What was started by a process that has ended since is found in the group alone.
    """
    started = _started_by(process.pid) if process.returncode is None else []  # then its number may be another's
    if sys.platform == "win32":
        with suppress(OSError):
            process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    _kill(started)


def kill_own_tree() -> None:
    """End this process, and all that it has started."""
    _kill(_started_by(os.getpid()))
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _started_by(pid: int) -> list[psutil.Process]:
    """All processes below this one that the system still knows as such."""
    try:
        return list(psutil.Process(pid).children(recursive=True))
    except (psutil.Error, OSError):
        return []


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.kill()


def make_pipe() -> tuple[int, int]:
    """Both ends of a pipe, none of which is stdin, stdout or stderr, though those be closed: a child has its own."""
    low, ends = [], []
    for end in os.pipe():
        while end <= 2:
            low.append(end)
            end = os.dup(end)  # noqa: PLW2901
        ends.append(end)
    for end in low:
        os.close(end)
    return ends[0], ends[1]


def inherited(descriptors: Sequence[int]) -> tuple[list[str], dict[str, Any]]:
    """The names under which a child finds these descriptors, and the arguments of Popen with which it gets them."""
    if sys.platform == "win32":
        handles = [msvcrt.get_osfhandle(descriptor) for descriptor in descriptors]
        for handle in handles:
            os.set_handle_inheritable(handle, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": handles})
        return [str(handle) for handle in handles], {"startupinfo": startup}
    return [str(descriptor) for descriptor in descriptors], {"pass_fds": tuple(descriptors)}


def take_inherited(name: str, flags: int) -> int:
    """In the child: the descriptor of this name, for `flags` (os.O_RDONLY, os.O_WRONLY); its own children get none."""
    if sys.platform == "win32":
        os.set_handle_inheritable(int(name), False)
        return msvcrt.open_osfhandle(int(name), flags)
    os.set_inheritable(int(name), False)
    return int(name)
