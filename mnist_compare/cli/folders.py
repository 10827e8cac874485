"""The comparisons that are there, below reports/: the newest of them, and their names for an error."""

from pathlib import Path

import click

from mnist_compare.errors import UsageError
from mnist_compare.io.terminal import clean
from mnist_compare.records.results import RESULTS_FILE, half_record_note
from mnist_compare.runner.output_folder import REPORTS

MOST_NAMED = 8


def newest_comparison() -> Path:
    """The folder below reports/ whose records were written last; raises UsageError where there is none."""
    folders = comparisons()
    if not folders:
        raise UsageError(
            f"There is no comparison below {REPORTS}/. Train one with `python -m mnist_compare`, "
            "or name its folder with --run."
        )
    return folders[0]


def require_comparison(folder: Path) -> None:
    """Raise UsageError, which names the folders that are there, unless the folder holds the records of a comparison."""
    try:
        if (folder / RESULTS_FILE).exists():
            return
        reason = f"There is no {folder / RESULTS_FILE}"
    except (OSError, ValueError) as error:
        reason = f"Cannot read {folder / RESULTS_FILE}: {getattr(error, 'strerror', None) or error}"
    there = [str(found) for found in comparisons()]
    more = f" and {len(there) - MOST_NAMED} more" if len(there) > MOST_NAMED else ""
    known = f"There are: {', '.join(there[:MOST_NAMED])}{more}." if there else f"There is none below {REPORTS}/."
    raise UsageError(f"{reason}. Give the folder of a comparison, or none for the newest. {known}")


def note_half_record(folder: Path) -> None:
    """Say on stderr where the last record of a comparison is not whole, and so in nothing that is made of it."""
    if told := half_record_note(folder):
        click.echo(clean(f"Note: {told}"), err=True)


def comparisons() -> list[Path]:
    """The folders right below reports/ that hold records, the newest first."""
    found = []
    try:
        for file in REPORTS.glob(f"*/{RESULTS_FILE}"):
            found.append((file.stat().st_mtime_ns, file.parent))
    except OSError:  # one that is taken away meanwhile, or may not be read
        pass
    return [folder for _, folder in sorted(found, reverse=True)]
