"""What is made from the records of a comparison: tables, figures, sentences, and the folder that holds them.

`write_report` writes the whole; the modules make its parts. Reports are made from records alone.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_compare.document.figure import Figure
from mnist_compare.document.rendered import Rendered
from mnist_compare.io.files import make_folder, write_file
from mnist_compare.records.folder import CHOSEN_FOLDER, FIGURES_FOLDER, PAGE_FILE, PARQUET_FILE, REPORT_FILE, TABLE_FILE
from mnist_compare.records.record import Record
from mnist_compare.report.evaluated_images import EvaluatedImages

SAMPLES = "samples"
MAX_SAMPLES = 25

_SAMPLES = Figure("", SAMPLES, "Images of the data set with their labels")


def write_report(
    folder: Path,
    records: Sequence[Record],
    samples: Rendered | None = None,
    check: Callable[[], None] = lambda: None,
    tests: EvaluatedImages | None = None,
) -> Path:
    """Write results.csv, report.md, report.html and figures/ into the folder, and give the path of report.md. Where
    pyarrow is installed, results.parquet too.

    Without `samples`, a sample figure that is already there stays; with `tests` the page shows the test images on which
    runs disagree. Certificates in the folder are shown, and what a sweep has chosen is linked. The same records give
    the same files. `check` is called before every file, and raises where it is not to be written. Raises OutputError
    where the folder cannot be written.
    """
    # What draws and writes takes a while to import: a command that has not come to its report does not wait for it.
    from mnist_compare.records.frame import to_frame, to_parquet
    from mnist_compare.report.absent import absent_runs
    from mnist_compare.report.certified import own_certificates
    from mnist_compare.report.figures import write_figures
    from mnist_compare.report.markdown import report_markdown
    from mnist_compare.report.page.page import report_page

    figures_folder = folder / FIGURES_FOLDER
    frame = to_frame(records)
    table, parquet = frame.to_csv(index=False, lineterminator="\n").encode(), to_parquet(frame)
    check()
    make_folder(figures_folder, f"the report into {folder}")
    write_file(folder / TABLE_FILE, table)
    _write_or_remove(folder / PARQUET_FILE, parquet)
    figures = {figure: png for figure, (png, _) in write_figures(records, figures_folder, check).items()}
    check()
    if samples is not None:
        samples.write(figures_folder / SAMPLES)
    if (figures_folder / f"{SAMPLES}.png").is_file():
        figures[_SAMPLES] = figures_folder / f"{SAMPLES}.png"
    paths = {figure: path.relative_to(folder).as_posix() for figure, path in figures.items()}
    certificates, absent = own_certificates(folder), absent_runs(folder, records)
    text = report_markdown(records, paths, certificates, _chosen(folder, REPORT_FILE), absent).encode()
    check()
    write_file(folder / REPORT_FILE, text)
    page = report_page(records, certificates, tests, _chosen(folder, PAGE_FILE), absent).encode()
    check()
    write_file(folder / PAGE_FILE, page)
    return folder / REPORT_FILE


def _chosen(folder: Path, file: str) -> str:
    """Where a report of what a sweep has chosen stands, relative to the folder; "" where there is none."""
    return f"{CHOSEN_FOLDER}/{file}" if (folder / CHOSEN_FOLDER / file).is_file() else ""


def _write_or_remove(path: Path, content: bytes | None) -> None:
    """Where there is no content, there may be an older file, which would be of other records."""
    if content is not None:
        write_file(path, content)
        return
    with suppress(OSError):
        path.unlink()


def draw_samples(images: NDArray[np.uint8], labels: NDArray[np.integer]) -> Rendered:
    """The sample figure of a report: the first 25 of some images [N, 28, 28] with their labels [N]."""
    from mnist_compare.report.samples import sample_grid

    return sample_grid(images[:MAX_SAMPLES], labels[:MAX_SAMPLES])
