"""How much other processes do beside a run."""

import os
import subprocess
import sys
import time

import pytest

from mnist_compare.host.usage import Load


@pytest.mark.skipif(len(getattr(os, "sched_getaffinity", lambda _: ())(0)) < 2, reason="needs a choice of cores")
def test_work_on_cores_that_a_run_may_not_use_is_not_beside_it():
    """A run that is kept to one core sees the work on that one, not that on the others."""
    own = os.sched_getaffinity(0)
    spin = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in own]
    try:
        for process, core in zip(spin, own, strict=True):
            os.sched_setaffinity(process.pid, {core})
        os.sched_setaffinity(0, {min(own)})
        load = Load()
        time.sleep(1)
        assert 0.5 < load.other_cores() < 1.1
    finally:
        os.sched_setaffinity(0, own)
        for process in spin:
            process.kill()
            process.wait()
