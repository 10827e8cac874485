"""An export of a comparison's records: which tools there are, and what goes where."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import msgspec

from mnist_compare.export.destination import Marker, fill
from mnist_compare.export.mlflow import PACKAGE as MLFLOW_PACKAGE
from mnist_compare.export.mlflow import write_mlflow
from mnist_compare.export.run import ExportedRun, exported_runs
from mnist_compare.export.tensorboard import PACKAGE as TENSORBOARD_PACKAGE
from mnist_compare.export.tensorboard import write_tensorboard
from mnist_compare.interpreters.requirement import missing_package
from mnist_compare.io.reading import user_path
from mnist_compare.records.record import current
from mnist_compare.records.results import read_records
from mnist_compare.report.certified import own_certificates


@dataclass(frozen=True)
class Tool:
    """A tool that takes records: the package that writes for it, how, and the command that shows what was written."""

    package: str
    module: str
    write: Callable[[Path, Sequence[ExportedRun], Path], None]
    command: str


TOOLS: Mapping[str, Tool] = {
    "tensorboard": Tool(
        TENSORBOARD_PACKAGE,
        "tensorboard",
        lambda folder, runs, _: write_tensorboard(folder, runs),
        "tensorboard --logdir {folder}",
    ),
    "mlflow": Tool(
        MLFLOW_PACKAGE,
        "mlflow",
        write_mlflow,
        "MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri {folder}",
    ),
}


@dataclass(frozen=True)
class Export:
    """What an export has come to; `is_new` is False where the folder held the very same already."""

    folder: Path
    runs: int
    is_new: bool
    command: str


def export_records(comparison: Path, to: str, output: str | Path | None = None) -> Export:
    """Write the records of a comparison's folder for a tool of TOOLS, by default into a folder of its name therein.

    Raises UsageError for a tool whose package is missing, OutputError where there are no records or the output holds
    something else.
    """
    tool = TOOLS[to]
    records, certificates = current(read_records(comparison)), own_certificates(comparison)
    folder = comparison / to if output is None else user_path(output)
    require_package(to, tool.package, tool.module)
    content = msgspec.json.encode([records, [own.certificate for own in certificates]])
    marker = Marker(to, sha256(content).hexdigest(), len(records))
    runs = exported_runs(records, certificates)
    is_new = fill(folder, marker, lambda place: tool.write(place, runs, comparison))
    return Export(folder, len(runs), is_new, tool.command)


def require_package(to: str, package: str, module: str) -> None:
    """Raise UsageError, with the command that installs it, where a package that an export needs cannot be found."""
    if find_spec(module) is None:
        raise missing_package(f"An export for {to} needs the package {package}", to)
