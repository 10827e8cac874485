"""The report of many records, read and written as `report` does; only that is timed.

python -m benchmarks.many_records seeds --images 10000
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import msgspec

from benchmarks.synthetic_records import synthetic_records
from benchmarks.task import Sample, Task, run
from mnist_compare.records.results import RESULTS_FILE, read_records
from mnist_compare.report import write_report


def measure(task: Task) -> Sample:
    """The report of `images` records: of one training with many `seeds`, or of many `settings` (the `architecture`)."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / RESULTS_FILE).open("wb") as file:
            for record in synthetic_records(task.images, settings=task.architecture == "settings"):
                file.write(msgspec.json.encode(record) + b"\n")
        begin = perf_counter()
        write_report(folder, read_records(folder))
        return Sample(seconds=perf_counter() - begin, images=task.images)


if __name__ == "__main__":
    run(measure)
