"""What pip is told so that another environment gets this very mnist_compare, with the versions that it is tested on."""

import shlex
import sys
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from mnist_compare.errors import BackendError, UsageError
from mnist_compare.host.version import __version__

DISTRIBUTION = "mnist-compare"
TESTED_SET = "constraints.txt"
OTHER_EXTRAS = (
    *("all", "dev", "docs", "parquet", "tensorboard", "mlflow", "sklearn", "fetch", "onnx", "serve"),
    *("cluster", "tune"),
)
"""Those that install no single framework."""


class _Directory(msgspec.Struct, frozen=True):
    editable: bool = False


class _Repository(msgspec.Struct, frozen=True):
    vcs: str
    commit_id: str


class _Origin(msgspec.Struct, frozen=True):
    """direct_url.json, in which pip notes what it did not take from a package index (PEP 610)."""

    url: str
    dir_info: _Directory | None = None
    vcs_info: _Repository | None = None


def this_package(extra: str = "") -> list[str]:
    """The arguments of pip for this mnist_compare from where it was installed, with one extra or several ("a,b")."""
    with_extra = f"[{extra}]" if extra else ""
    try:
        noted = metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        noted = None
    if not noted:
        return [f"{DISTRIBUTION}{with_extra}=={__version__}"]
    origin = msgspec.json.decode(noted, type=_Origin)
    if origin.vcs_info:
        address = f"{origin.vcs_info.vcs}+{origin.url}@{origin.vcs_info.commit_id}"
        return [f"{DISTRIBUTION}{with_extra} @ {address}"]
    if not origin.url.startswith("file:"):
        return [f"{DISTRIBUTION}{with_extra} @ {origin.url}"]
    from urllib.request import url2pathname  # every command would wait for all of HTTP

    path = url2pathname(urlsplit(origin.url).path)
    editable = ["--editable"] if origin.dir_info and origin.dir_info.editable else []
    return [*editable, f"{path}{with_extra}"]


def extras() -> list[str]:
    """The backends that this distribution has an extra for, which installs their framework."""
    try:
        found = metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        return []
    return [name for name in found if name not in OTHER_EXTRAS]


def constraints_file() -> Path:
    """The file of the versions that the tests run on: in the package, or at the root of a source tree."""
    package = Path(__file__).parents[1]
    for path in (package / TESTED_SET, package.parent / TESTED_SET):
        if path.is_file():
            return path
    raise BackendError(
        f"{package} has no {TESTED_SET}, the versions that the tests run on. Give --latest to do without, "
        "or --constraint FILE."
    )


def missing_package(needs: str, extra: str) -> UsageError:
    """The error, with the command that installs it, where a package is missing which that extra brings; `needs` is who
    needs which: "A server needs starlette".
    """
    command = shlex.join([sys.executable, "-m", "pip", "install", *this_package(extra)])
    return UsageError(f"{needs}, which is not installed here. Install it with: {command}")
