"""What comes before the command line is imported, so that it starts alike wherever and however it is called."""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

from mnist_compare.host.matplotlibrc import ignore_matplotlibrc

STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def leave_current_folder() -> None:
    """Take no module from the folder that `python -m` was called in, `random.py` for instance: it is the user's."""
    own = str(Path(__file__).resolve().parents[2])
    with suppress(FileNotFoundError):  # it was removed, which `begin` says
        here = os.getcwd()  # noqa: PTH109
        if not sys.flags.safe_path and sys.path and sys.path[0] in ("", here) and sys.path[0] != own:
            del sys.path[0]


def begin() -> None:
    """Open the streams that are closed, read names as UTF-8, and let Ctrl-C end the program in silence with 130, an
    import under way too.

    Figures are drawn into files: a backend that a user has set for matplotlib is not needed, and may not be here.
    """
    os.environ["MPLBACKEND"] = "agg"
    for number, (name, mode) in enumerate(STREAMS):
        _reopen(number, name, mode)
    _read_utf8()
    _require_folder()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)
    ignore_matplotlibrc()


def _require_folder() -> None:
    """End with a sentence where the current folder was removed: no path means anything then."""
    try:
        os.getcwd()  # noqa: PTH109
    except OSError as error:
        sys.stderr.write(
            f"Error: The current folder is gone, or cannot be used: {error.strerror}. Change to another.\n"
        )
        raise SystemExit(2) from None


def _read_utf8() -> None:
    """Begin anew in Python's UTF-8 mode where the locale has no other letters than those of ASCII: names have."""
    if sys.getfilesystemencoding() == "ascii" and os.environ.get("PYTHONUTF8") != "1":
        os.execve(sys.executable, sys.orig_argv, {**os.environ, "PYTHONUTF8": "1"})


def _reopen(number: int, name: str, mode: str) -> None:
    """Lead a closed stream nowhere: otherwise the next file to be opened would be taken for it."""
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        os.set_inheritable(number, True)
    if getattr(sys, name) is None:
        setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
