"""The CPU quota of a container, read from what the system says of control groups."""

import contextlib
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_compare.cli.doctor import describe_cores
from mnist_compare.host.environment import physical_cores
from mnist_compare.host.quota import cpu_quota

NONE = None
V1 = Path("/sys/fs/cgroup/cpu")


@pytest.fixture
def system(tmp_path):
    """Makes /proc/self and the folders of groups (name -> files), and gives the former."""

    def make(groups, mounts, folders):
        process = tmp_path / "proc"
        process.mkdir()
        (process / "cgroup").write_text(groups)
        (process / "mountinfo").write_text(mounts.replace("SYS", str(tmp_path)))
        for name, files in folders.items():
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
            for file, content in files.items():
                (tmp_path / name / file).write_text(content)
        return process

    return make


V2_MOUNT = "31 23 0:28 / SYS rw,relatime - cgroup2 cgroup2 rw\n"
V1_MOUNT = (
    "30 23 0:27 / SYS/mem rw - cgroup cgroup rw,memory\n31 23 0:28 ROOT SYS/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
)


def version_1(quota, period="100000\n"):
    return {"cpu.cfs_quota_us": quota, "cpu.cfs_period_us": period}


@pytest.mark.parametrize(
    ("quota", "found"),
    [
        ("max 100000\n", NONE),
        ("50000 100000\n", 0.5),
        ("100000 100000\n", 1.0),
        ("150000 100000\n", 1.5),
        ("250000 100000\n", 2.5),
        ("80000 20000\n", 4.0),
        ("", NONE),
        ("many\n", NONE),
        ("100000\n", NONE),
        ("100000 0\n", NONE),
    ],
)
def test_a_quota_of_version_2(system, quota, found):
    """`cpu.max` has quota and period; max, an empty file and one that cannot be read are no limit."""
    assert cpu_quota(system("0::/box\n", V2_MOUNT, {"box": {"cpu.max": quota}})) == found


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (version_1("-1\n"), NONE),
        (version_1("50000\n"), 0.5),
        (version_1("150000\n"), 1.5),
        (version_1("250000\n"), 2.5),
        (version_1("120000\n", "40000\n"), 3.0),
        (version_1("250000\n", ""), NONE),
        ({"cpu.cfs_quota_us": "250000\n"}, NONE),
        ({}, NONE),
    ],
)
def test_a_quota_of_version_1(system, files, found):
    """Version 1 has two files, in the tree of the controller `cpu`; -1 is no limit."""
    groups = "9:memory:/box\n4:cpu,cpuacct:/box\n0::/elsewhere\n"
    assert cpu_quota(system(groups, V1_MOUNT.replace("ROOT", "/"), {"cpu/box": files})) == found


def test_the_smallest_quota_on_the_way_up_counts(system):
    """A group within another one has no more than that, whatever its own quota is."""
    folders = {
        "a": {"cpu.max": "150000 100000\n"},
        "a/b": {"cpu.max": "max 100000\n"},
        "a/b/c": {"cpu.max": "400000 100000\n"},
    }
    assert cpu_quota(system("0::/a/b/c\n", V2_MOUNT, folders)) == 1.5


@pytest.mark.parametrize("group", ["/", "/docker/abc", "/../../other"])
@pytest.mark.parametrize("root", ["/", "/docker/abc"])
def test_a_container_sees_the_top_of_its_tree(system, group, root):
    """Whether a container's group is named from the host or from within, the folder that it is shown counts."""
    mounts = V1_MOUNT.replace("ROOT", root)
    assert cpu_quota(system(f"4:cpu,cpuacct:{group}\n", mounts, {"cpu": version_1("200000\n")})) == 2.0


def test_both_versions_at_once(system):
    """Where the system has trees of both versions, each is looked at."""
    mounts = V1_MOUNT.replace("ROOT", "/") + V2_MOUNT.replace("SYS", "SYS/unified")
    folders = {"cpu/x": version_1("300000\n"), "unified/y": {"cgroup.procs": ""}}
    assert cpu_quota(system("1:cpu,cpuacct:/x\n0::/y\n", mounts, folders)) == 3.0


def test_a_system_without_groups(tmp_path, system):
    """Where nothing is said, or something that means nothing, there is no limit."""
    assert cpu_quota(tmp_path / "none") is None
    assert cpu_quota(system("\n:::\nzero\n", "\n - \nx - cgroup2\n", {})) is None


@pytest.mark.parametrize(("quota", "cores"), [(0.5, 1), (1.0, 1), (1.9, 1), (2.5, 2), (1000.0, 4), (None, 4)])
def test_threads_are_the_smaller_of_quota_and_cores(monkeypatch, quota, cores):
    """The quota is rounded down, to one at least, and never adds cores."""
    monkeypatch.setattr("mnist_compare.host.environment.cpu_quota", lambda: quota)
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr("psutil.cpu_count", lambda logical: 8)
    assert physical_cores() == cores


@pytest.mark.parametrize("quota", [50000, 150000, -1])
def test_a_real_group(quota):
    """A process in a group of the system finds the group's quota, or that of those around it where it is smaller."""
    around = cpu_quota() or math.inf
    wanted = min(around, quota / 100_000 if quota > 0 else math.inf)
    group = V1 / f"mnist-compare-{os.getpid()}"
    try:
        group.mkdir()
        (group / "cpu.cfs_period_us").write_text("100000")
        (group / "cpu.cfs_quota_us").write_text(str(quota))
    except OSError:
        pytest.skip("no control group of version 1 can be made here")
    code = (
        f"open('{group}/cgroup.procs', 'w').write('0'); from mnist_compare.host.quota import cpu_quota; "
        "from mnist_compare.host.environment import physical_cores; print(cpu_quota(), physical_cores())"
    )
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        if done.returncode and "PermissionError" in done.stderr:
            pytest.skip("no process can be put into the group")
        assert done.returncode == 0, done.stderr
        found, cores = done.stdout.split()
        assert found == str(None if wanted == math.inf else wanted)
        assert int(cores) == max(1, min(physical_cores(), int(min(wanted, 2**20))))
    finally:
        with contextlib.suppress(OSError):
            group.rmdir()


@pytest.mark.parametrize(
    ("usable", "cores", "quota", "told"),
    [
        (16, 16, None, "16 cores"),
        (1, 1, None, "1 core"),
        (4, 16, None, "4 of 16 cores"),
        (2, 16, 2.5, "2 of 16 cores (CPU quota: 2.5)"),
        (16, 16, 64.0, "16 cores (CPU quota: 64)"),
    ],
)
def test_doctor_says_what_was_found(usable, cores, quota, told):
    """The cores that frameworks get, of how many, and the quota where there is one."""
    assert describe_cores({"usable_cores": usable, "cores": cores}, quota) == told
