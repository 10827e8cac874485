"""A Ray cluster of two nodes: the bits of one machine, whatever is killed meanwhile.

    pytest -m slow -s tests/acceptance/test_cluster.py

The nodes have a network namespace each where that is allowed, and are two nodes of this machine's network elsewhere.
What is killed and when follows from SEED.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

pytest.importorskip("ray")

from ray_nodes import LOOPBACK, RayNodes, below, kill

from mnist_compare.io.reading import without_home
from mnist_compare.records.record import Status
from mnist_compare.records.results import read_records

ROOT = Path(__file__).parents[2]
SEED = 2026
TRIES = 20
CUT_SECONDS = 60
LINK = "mcray"
HEAD, OTHER = "10.123.77.1", "10.123.77.2"
SECONDS = {"train_seconds": 0.0, "evaluation_seconds": 0.0, "checkpoint_seconds": 0.0}
FRAMEWORKS = ("-b", "torch,keras,paddle", "-a", "linear,mlp", "--seeds", "0-2", "--epochs", "1", "--train-size", "1000")
SMALL = ("-b", "numpy", "-a", "mlp", "--seeds", "0-3", "--epochs", "8", "--train-size", "3000", "--validation", "500")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def ip(*words, check=True):
    return subprocess.run(["ip", *words], capture_output=True, check=check).returncode == 0


@contextmanager
def network():
    """The address of the head, and what another node is started with: in a network of its own where that is allowed."""
    allowed = shutil.which("ip") and os.geteuid() == 0 and ip("netns", "add", LINK, check=False)
    if not allowed:
        yield LOOPBACK, ()
        return
    try:
        ip("link", "add", LINK, "type", "veth", "peer", "name", f"{LINK}2")
        ip("link", "set", f"{LINK}2", "netns", LINK)
        ip("addr", "add", f"{HEAD}/24", "dev", LINK)
        ip("link", "set", LINK, "up")
        ip("-n", LINK, "addr", "add", f"{OTHER}/24", "dev", f"{LINK}2")
        ip("-n", LINK, "link", "set", f"{LINK}2", "up")
        ip("-n", LINK, "link", "set", "lo", "up")
        yield HEAD, ("ip", "netns", "exec", LINK)
    finally:
        ip("link", "del", LINK, check=False)
        ip("netns", "del", LINK, check=False)


def own_environment(folder, backend):
    """The folder, in which a node has a Python environment of its own for a backend, with the packages of this one."""
    folder.mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / backend], check=True)
    (packages,) = (folder / backend).glob("lib/python*/site-packages")
    lines = [
        str(ROOT),
        str(ROOT / "backends"),
        *(f"import site; site.addsitedir({p!r})" for p in sys.path if "-packages" in p),
    ]
    (packages / "these.pth").write_text("\n".join(lines) + "\n")
    (folder / "mnist-compare.toml").write_text(f'[python]\n{backend} = "{folder / backend / "bin" / "python"}"\n')
    return folder


def program(*arguments, folder, **variables):
    command = [sys.executable, "-m", "mnist_compare", "run", *arguments, "--threads", "1", "--test-size", "300"]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    # Elsewhere than in the checkout: Ray lets its processes import from the folder in which the driver is.
    command += ["--no-report", "--output", str(folder)]
    return subprocess.Popen(command, cwd=folder.parent, env={**os.environ, **variables}, **pipes)


def finished(process):
    _, err = process.communicate(timeout=900)
    assert process.returncode == 0, err
    return err


def outcomes(folder):
    """The bits of each run by its key; every run has one record that is done, and no other that counts."""
    done = [record for record in read_records(folder) if record.status is Status.DONE]
    assert len({record.key for record in done}) == len(done)
    found = {}
    for record in done:
        history = [msgspec.structs.replace(result, **SECONDS) for result in record.history]
        found[record.key] = ((folder / record.weights).read_bytes(), history, record.test)
    return found


def say(line):
    print(line, flush=True)  # noqa: T201 (the figures of this test, shown by -s)


def test_three_frameworks_on_two_nodes(tmp_path):
    """18 runs on two nodes, which have different environments for Paddle, end as on one machine, to the last bit."""
    finished(program(*FRAMEWORKS, "--jobs", "2", folder=tmp_path / "here"))
    pythons = []
    with network() as (host, prefix), RayNodes(host) as nodes:
        for name in ("first", "second"):
            pythons.append(without_home(str(tmp_path / name / "paddle" / "bin" / "python")))
            options = ("--node-ip-address", OTHER) if prefix and nodes.nodes else ()
            place = own_environment(tmp_path / name, "paddle")
            nodes.start(1, *options, prefix=prefix if nodes.nodes else (), cwd=place)
        where = ("--engine", "ray", "--address", nodes.address, "--jobs", "2")
        finished(program(*FRAMEWORKS, *where, folder=tmp_path / "there"))
    expected, found = outcomes(tmp_path / "here"), outcomes(tmp_path / "there")
    assert len(expected) == 18
    assert found == expected
    records = read_records(tmp_path / "there")
    assert len({record.provenance.nodes for record in records}) == 2
    told = {record.provenance.nodes: record.python for record in records if record.backend == "paddle"}
    say(f"paddle by node: {told}; {'network namespaces' if prefix else 'one network'}")
    assert sorted(told.values()) == sorted(pythons)


def test_nothing_is_lost_by_kills(tmp_path):
    """A node, a worker or the driver is killed at a random moment, 20 times: 20 comparisons end with the same bits."""
    finished(program(*SMALL, folder=tmp_path / "whole"))
    expected = outcomes(tmp_path / "whole")
    random = np.random.default_rng(SEED)
    equal = 0
    with network() as (host, prefix), RayNodes(host) as nodes:
        nodes.start(1)
        add = (1, *(("--node-ip-address", OTHER) if prefix else ()))
        nodes.start(*add, prefix=prefix)
        where = ("--engine", "ray", "--address", nodes.address, "--jobs", "2")
        for number in range(TRIES):
            target, folder = ("node", "worker", "driver", "slot")[number % 4], tmp_path / str(number)
            process = program(*SMALL, *where, folder=folder)
            killed = wait_and_kill(process, nodes, target, folder, random)
            if target == "node":
                nodes.nodes.pop()
                nodes.start(*add, prefix=prefix)
            if target == "driver" and killed:
                process.communicate()
                process = program(*SMALL, *where, folder=folder)
            finished(process)
            same = outcomes(folder) == expected
            equal += same
            resumed = sum(record.resumed for record in read_records(folder))
            say(f"{number}: {target} {killed or 'nothing'} killed, resumed {resumed}: {'same' if same else 'OTHER'}")
    say(f"{equal} of {TRIES} ended with the same bits")
    assert equal == TRIES


def wait_and_kill(process, nodes, target, folder, random):
    """SIGKILL to the target at a random moment of the trainings; what was killed, if it was still there."""
    while process.poll() is None and not any(folder.glob("runs/*/epoch-*.json")):
        time.sleep(0.01)
    time.sleep(random.uniform(0.0, 3.0))
    if process.poll() is not None:
        return ""
    if target == "node":
        kill(nodes.nodes[-1])
        return "node"
    if target == "driver":
        process.kill()
        return "driver"
    found = below(nodes.nodes, {"worker": "worker.main", "slot": "ray::Slot"}[target])
    if found:
        random.choice(found).kill()
    return target if found else ""


def test_a_network_that_is_cut_for_a_minute_costs_no_run(tmp_path):
    """While a node cannot be reached its runs go on elsewhere, or wait, and end with the same bits."""
    asked = (*SMALL, "--epochs", "60")
    finished(program(*asked, folder=tmp_path / "whole"))
    with network() as (host, prefix):
        if not prefix:
            pytest.skip("needs network namespaces")
        with RayNodes(host) as nodes:
            nodes.start(1)
            nodes.start(1, "--node-ip-address", OTHER, prefix=prefix)
            where = ("--engine", "ray", "--address", nodes.address, "--jobs", "2")
            process = program(*asked, *where, folder=tmp_path / "out")
            while process.poll() is None and len(list((tmp_path / "out").glob("runs/*/epoch-*.json"))) < 3:
                time.sleep(0.05)
            ip("link", "set", LINK, "down")
            time.sleep(CUT_SECONDS)
            ip("link", "set", LINK, "up")
            said = finished(process)
    say("\n".join(line for line in said.splitlines() if "placed again" in line) or "nothing was placed again")
    assert outcomes(tmp_path / "out") == outcomes(tmp_path / "whole")


def test_ctrl_c_saves_what_is_under_way(tmp_path):
    """Workers save and end, their checkpoints come back, and the same command ends with the bits of one in one go."""
    finished(program(*SMALL, folder=tmp_path / "whole"))
    with RayNodes() as nodes:
        nodes.start(2)
        where = ("--engine", "ray", "--address", nodes.address, "--jobs", "2")
        process = program(*SMALL, *where, folder=tmp_path / "out")
        while process.poll() is None and not any((tmp_path / "out").glob("runs/*/epoch-*.json")):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        stopped = [record for record in read_records(tmp_path / "out") if record.status is Status.INTERRUPTED]
        assert stopped
        assert all(record.weights for record in stopped if record.epochs)
        assert not below(nodes.nodes, "worker.main")
        finished(program(*SMALL, *where, folder=tmp_path / "out"))
    assert outcomes(tmp_path / "out") == outcomes(tmp_path / "whole")


def test_exclusive_runs_are_alone_on_their_node(tmp_path):
    """Of two nodes with two CPUs each, each has one run at a time, which is marked as one that was alone."""
    with RayNodes() as nodes:
        for name in ("first", "second"):
            nodes.start(2, cwd=own_environment(tmp_path / name, "numpy"))
        where = ("--engine", "ray", "--address", nodes.address, "--jobs", "4", "--exclusive")
        finished(program(*SMALL, *where, folder=tmp_path / "out"))
    records = read_records(tmp_path / "out")
    assert {record.jobs for record in records} == {1}
    pythons = {record.python for record in records}
    assert len(pythons) == 2
    for python in pythons:
        spans = sorted((record.started, record.finished) for record in records if record.python == python)
        assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))


def refusal(nodes, folder, **variables):
    process = program(*SMALL, "--engine", "ray", "--address", nodes.address, folder=folder, **variables)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "Traceback" not in err
    return err


def test_nodes_that_do_not_fit_are_named(tmp_path):
    """A node with another mnist_compare, and one whose settings lead nowhere: nothing is placed, and no folder made."""
    shutil.copytree(ROOT / "mnist_compare", tmp_path / "other" / "mnist_compare")
    version = tmp_path / "other" / "mnist_compare" / "host" / "version.py"
    version.write_text('"""Another one."""\n\n__version__ = "0.0.9"\n')
    with RayNodes() as nodes:
        nodes.start(1, PYTHONPATH=os.pathsep.join([str(tmp_path / "other"), str(ROOT / "backends")]))
        told = refusal(nodes, tmp_path / "out")
        assert ") of the Ray cluster has mnist_compare 0.0.9, and this one is" in told
    (tmp_path / "mnist-compare.toml").write_text('[python]\nnumpy = "/nowhere/python"\n')
    with RayNodes() as nodes:
        nodes.start(1, cwd=tmp_path)
        told = refusal(nodes, tmp_path / "out")
        assert "No node of the Ray cluster can run backend 'numpy'." in told
        assert "There is no interpreter /nowhere/python (mnist-compare.toml names it" in told
    assert not (tmp_path / "out").exists()


def test_a_token_that_only_one_side_has_is_named(tmp_path):
    """A cluster that asks for one which the command does not have, and a command that shows one where none is known."""
    token = tmp_path / "token"
    token.write_text("0123456789abcdef" * 4)
    shown = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token)}
    with RayNodes() as nodes:
        nodes.start(1, **shown)
        told = refusal(nodes, tmp_path / "out", RAY_AUTH_MODE="disabled")
        assert "If that cluster asks for a token, copy ~/.ray/auth_token of its first machine to this one." in told
        finished(program(*SMALL, "--engine", "ray", "--address", nodes.address, folder=tmp_path / "in", **shown))
    with RayNodes() as nodes:
        nodes.start(1, RAY_AUTH_MODE="disabled")
        told = refusal(nodes, tmp_path / "out", **shown)
        assert "this machine has one (~/.ray/auth_token), set RAY_AUTH_MODE=disabled for this command." in told
    assert not (tmp_path / "out").exists()
