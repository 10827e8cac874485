"""The command line within this process, for what shows itself without a process: a start of Python takes longer."""

import io
import signal
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from types import SimpleNamespace

from mnist_compare import cli


def call(arguments, cwd):
    """Exit code, stdout and stderr of the command; an exception that it does not catch is raised."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    before, sys.argv = sys.argv, ["mnist_compare", *arguments]
    try:
        with chdir(cwd), redirect_stdout(out), redirect_stderr(err):
            try:
                cli.main()
                code = 0
            except SystemExit as end:
                code = end.code or 0
    finally:
        sys.argv = before
        for number, handler in handlers.items():
            signal.signal(number, handler)
    told = []
    for stream in (out, err):
        stream.flush()
        told.append(stream.buffer.getvalue().decode())
    return SimpleNamespace(code=code, out=told[0], err=told[1])
