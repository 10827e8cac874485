"""Trees of processes: who is killed with a program, and what a program inherits."""

import os
import subprocess
import sys
import time

import psutil

from mnist_compare.host.processes import OWN_GROUP, inherited, kill_tree, make_pipe

STARTS_ONE_THAT_LEAVES = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(child.pid, flush=True)
child.wait()
"""
WRITES = """
import os, sys
from mnist_compare.host.processes import take_inherited
os.write(take_inherited(sys.argv[1], os.O_WRONLY), b"heard")
"""


def test_a_tree_is_killed_with_those_that_left_its_group():
    """A child in a session of its own ends with the program that has started it."""
    command = [sys.executable, "-c", STARTS_ONE_THAT_LEAVES]
    with subprocess.Popen(command, stdout=subprocess.PIPE, **OWN_GROUP) as process:
        child = psutil.Process(int(process.stdout.readline()))
        kill_tree(process)
    end = time.monotonic() + 5
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_child_writes_to_the_pipe_that_it_inherits():
    """A descriptor is found by the child under the name that it is told."""
    read, write = make_pipe()
    names, passed = inherited([write])
    subprocess.run([sys.executable, "-c", WRITES, *names], check=True, timeout=30, **passed)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == b"heard"
