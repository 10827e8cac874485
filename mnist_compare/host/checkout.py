"""The git checkout that packages are imported from: its commit, and whether their files differ from it."""

import os
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec

SECONDS = 10
NO_COMMIT = "(initial)"  # so git calls the commit of a repository that has none yet


class Checkout(msgspec.Struct, frozen=True):
    """A commit, in hex, and whether files of the packages were changed or added since."""

    revision: str
    dirty: bool


@cache
def find_checkout(packages: tuple[str, ...]) -> Checkout | None:
    """The checkout of the first of the packages; None where git does not track it, or there is no git.

    A package in the site-packages of somebody else's repository is not tracked there. `dirty` is of all the
    packages that lie in that checkout. The packages are not imported.
    """
    files = [file for package in packages if (file := _file(package))]
    top = _top(files[0]) if files else None
    if top is None or _git(top, ["ls-files", "--error-unmatch", str(files[0])]) is None:
        return None
    own = [file for file in files if file.is_relative_to(top)]
    places = [str(file.parent if file.name == "__init__.py" else file) for file in own]
    # One question for both, since each is a process, and every run asks.
    told = _git(top, ["status", "--porcelain=v2", "--branch", "--untracked-files=all", "--", *places])
    headers, changes = _split(told or "")
    revision = headers.get("branch.oid", NO_COMMIT)
    return None if revision == NO_COMMIT else Checkout(revision, bool(changes))


def _top(file: Path) -> Path | None:
    """The folder of the checkout that the file lies in; `.git` is a file there where a repository has several."""
    return next((folder for folder in file.parents if (folder / ".git").exists()), None)


def _split(status: str) -> tuple[dict[str, str], list[str]]:
    """What git says of the branch, by name, and the lines that are of changed and new files."""
    lines = status.splitlines()
    headers = (line.removeprefix("# ").partition(" ") for line in lines if line.startswith("# "))
    return {name: value for name, _, value in headers}, [line for line in lines if not line.startswith("# ")]


def _file(package: str) -> Path | None:
    """The package's `__init__.py`, or the file of a module that is no package."""
    spec = find_spec(package)
    return Path(spec.origin).resolve() if spec and spec.origin else None


def _git(folder: Path, arguments: Sequence[str]) -> str | None:
    """What git says, without the space around it; None where it fails."""
    # Inside of a git hook, GIT_DIR and its like name another repository.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "--literal-pathspecs", *arguments]
    try:
        done = subprocess.run(
            command, cwd=folder, env=variables, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
