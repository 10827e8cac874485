"""The records of a large comparison: how long one takes to be added, and to be found by its key.

python -m benchmarks.store --records 10000
"""

from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

import click
import msgspec
from msgspec.structs import replace

from benchmarks.synthetic_records import synthetic_records
from mnist_compare.host.usage import peak_memory
from mnist_compare.records.finished import FinishedRecords
from mnist_compare.records.results import RESULTS_FILE, append_record

TRIES = 1000


@click.command()
@click.option("--records", default=10_000, show_default=True, help="So many are there already.")
def main(records: int) -> None:
    """Print the times of a folder of synthetic records, which lies where temporary files do."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        keys = _write(folder, records)
        megabytes = (folder / RESULTS_FILE).stat().st_size / 1e6
        begin = perf_counter()
        finished = FinishedRecords(folder)
        click.echo(f"{len(keys):,} records, {megabytes:.0f} MB: opened in {perf_counter() - begin:.2f} s")
        random = Random(0)
        _tell("found by its key", [_seconds(finished.get, random.choice(keys)) for _ in range(TRIES)])
        last = finished[keys[-1]]
        added = [replace(last, key=f"{last.key}-{number}") for number in range(TRIES)]
        _tell("added, and on the disk", [_seconds(append_record, folder, record) for record in added])
        click.echo(f"peak memory {peak_memory() / 1e6:.0f} MB")


def _write(folder: Path, count: int) -> list[str]:
    keys = []
    with (folder / RESULTS_FILE).open("wb") as file:
        for record in synthetic_records(count, settings=True):
            file.write(msgspec.json.encode(record) + b"\n")
            keys.append(record.key)
    return keys


def _seconds(do: Callable[..., object], *arguments: object) -> float:
    begin = perf_counter()
    do(*arguments)
    return perf_counter() - begin


def _tell(what: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    middle, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    click.echo(f"{what}: median {middle * 1e3:.2f} ms, p99 {late * 1e3:.2f} ms ({len(ordered):,} times)")


if __name__ == "__main__":
    main()
