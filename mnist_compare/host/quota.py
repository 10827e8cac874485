"""The CPU quota of Linux' control groups: so much CPU time per second a container may use, on however many cores.

Version 1 keeps it in `cpu.cfs_quota_us` and `cpu.cfs_period_us`, version 2 in `cpu.max`. A group is within another one,
and has no more than that: the smallest quota on the way up counts.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath


@cache
def cpu_quota(process: Path = Path("/proc/self")) -> float | None:
    """The cores' worth of CPU time that this process may use, such as 2.5; None where nothing limits it.

    `process` is the folder in which the system says in which groups the process is (`cgroup`), and where their folders
    are (`mountinfo`).
    """
    quotas = [quota for folder in _folders(process) if (quota := _quota(folder)) is not None]
    return min(quotas, default=None)


def _folders(process: Path) -> Iterator[Path]:
    """Those of the process's groups that may say something of CPU time, and of all groups around them."""
    groups = dict(_groups(process))
    for version, root, mount in _mounts(process):
        if version not in groups:
            continue
        group = PurePosixPath(groups[version])
        # In a container the group may be named as the host sees it, above the only folder that is shown here.
        below = group.relative_to(root) if group.is_relative_to(root) else PurePosixPath()
        inside = mount if ".." in below.parts else mount / below
        yield from (folder for folder in (inside, *inside.parents) if folder.is_relative_to(mount))


def _groups(process: Path) -> Iterator[tuple[int, str]]:
    """Version and path of each group, from lines such as "0::/a/b" and "4:cpu,cpuacct:/a/b"."""
    for line in _lines(process / "cgroup"):
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            yield 2, path
        elif "cpu" in controllers.split(","):
            yield 1, path


def _mounts(process: Path) -> Iterator[tuple[int, str, Path]]:
    """Version, root and folder of each tree, from lines such as "32 31 0:29 / /sys/fs/cgroup rw - cgroup2 none rw"."""
    for line in _lines(process / "mountinfo"):
        where, _, what = (part.split() for part in line.partition(" - "))
        if len(where) < 5 or not what:
            continue
        place = Path(where[4].replace("\\040", " "))
        if what[0] == "cgroup2":
            yield 2, where[3], place
        elif what[0] == "cgroup" and "cpu" in what[-1].split(","):
            yield 1, where[3], place


def _quota(folder: Path) -> float | None:
    said = _words(folder / "cpu.max") or _words(folder / "cpu.cfs_quota_us") + _words(folder / "cpu.cfs_period_us")
    if len(said) != 2 or not all(word.isdecimal() for word in said):  # "max" and -1 stand for no limit
        return None
    quota, period = map(int, said)
    return quota / period if quota and period else None


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except (OSError, ValueError):
        return []
