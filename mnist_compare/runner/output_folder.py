"""Where a comparison goes."""

from contextlib import suppress
from pathlib import Path

from mnist_compare.errors import UsageError
from mnist_compare.io.reading import user_path
from mnist_compare.records.results import RESULTS_FILE

REPORTS = Path("reports")


def output_folder(default: str, output: str | Path | None, name: str | None) -> Path:
    """Where the comparison goes: `output`, or reports/`name`, or reports/ and the `default` name."""
    if output is not None and name is not None:
        raise UsageError("Give --output or --name, not both: --name X means --output reports/X.")
    if output is not None and not str(output).strip():
        raise UsageError(f"--output must be the path of a folder (it is {str(output)!r}).")
    if name is not None and (name != Path(name).name or name.startswith((".", "~")) or not is_plain(name)):
        raise UsageError(f"--name must be a plain folder name (it is {name!r}).")
    return user_path(output) if output is not None else REPORTS / (name or default)


def may_be_finished(label: str, output: str | Path | None, name: str | None) -> bool:
    """Whether there are results where those of a comparison go; if that has no name yet, it begins with the label."""
    if output is not None or name is not None:
        places = [user_path(output) if output is not None else REPORTS / str(name)]
    else:
        places = [place for place in REPORTS.glob("*") if place.name.startswith(f"{label}-")]
    with suppress(OSError, ValueError):  # a folder that cannot be: who claims it says why
        return any((place / RESULTS_FILE).exists() for place in places)
    return False


def is_plain(name: str) -> bool:
    """Whether a name has letters, and none that cannot be seen."""
    return bool(name.strip()) and name.isprintable()
