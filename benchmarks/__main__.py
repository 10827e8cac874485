"""Measures everything in turn, prints the ratios, and writes them as JSON and as Markdown."""

from pathlib import Path
from time import perf_counter

import click
from msgspec.structs import replace

from benchmarks import choices, documented, harness, memory, overhead, report, scaling, speedrun, time_to_accuracy
from benchmarks.job import Job
from benchmarks.measurement import Measurement, read_measurements, stamped, without_ratio, write_measurements
from benchmarks.page import RESULTS
from benchmarks.process import SampleError
from benchmarks.size import FRAMEWORKS, FULL, QUICK
from benchmarks.table import tables
from mnist_compare.errors import MnistCompareError
from mnist_compare.io.files import make_folder, write_file

PARTS = {
    part.NAME: part
    for part in (overhead, documented, choices, scaling, memory, harness, report, time_to_accuracy, speedrun)
}


VALID = {
    "only": tuple(PARTS),
    "networks": tuple(dict.fromkeys([*FULL.overhead, *FULL.documented, *FULL.choices, *FULL.accuracy_epochs])),
    "frameworks": FRAMEWORKS,
}


def chosen(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    """The names of an option, comma-separated; none without it."""
    valid = VALID[str(parameter.name)]
    names = tuple(value.split(",")) if value else ()
    unknown = [name for name in names if name not in valid]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}. Valid: {', '.join(valid)}.")
    return names


@click.command()
@click.option("--only", callback=chosen, metavar="NAME[,NAME]", help=f"Of {', '.join(PARTS)} these alone.")
@click.option("--networks", callback=chosen, metavar="NAME[,NAME]", help="What is measured of these networks alone.")
@click.option("--frameworks", callback=chosen, metavar="NAME[,NAME]", help="What is measured in these alone.")
@click.option("--pairs", type=click.IntRange(min=1), help=f"Samples of each side of a ratio (default {FULL.pairs}).")
@click.option("--quick", is_flag=True, help="As little as shows that everything works; the numbers mean nothing.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="The JSON file; .md stands beside it.")
def main(
    only: tuple[str, ...],
    networks: tuple[str, ...],
    frameworks: tuple[str, ...],
    pairs: int | None,
    quick: bool,
    output: Path | None,
) -> None:
    """Measure on a quiet machine: some hours on two cores. The file keeps what else it holds."""
    size = QUICK if quick else FULL
    if pairs:
        size = replace(size, pairs=pairs)
    path = output or (RESULTS.with_name("quick.json") if quick else RESULTS)
    every = [job for name in PARTS for job in PARTS[name].jobs(size)]
    jobs = [
        job
        for job in every
        if (not only or job.name in only)
        and (not networks or job.architecture in networks)
        and (not frameworks or job.backend in frameworks)
    ]
    kept = [one for one in read_measurements(path) if one.quick == quick and not any(job.makes(one) for job in jobs)]
    make_folder(path.parent)
    made: list[Measurement] = []
    for job in jobs:
        made += measured(job, quick=quick)
        order = in_order([*kept, *made], every)
        write_measurements(path, order)
        write_file(path.with_suffix(".md"), tables(order).encode())
    click.echo(f"Written: {path} and {path.with_suffix('.md').name}")


def in_order(measurements: list[Measurement], jobs: list[Job]) -> list[Measurement]:
    """The measurements part by part, each in the order of its jobs, then those that none makes here."""
    names = list(PARTS)

    def place(one: Measurement) -> tuple[int, int]:
        return names.index(one.name), next((i for i, job in enumerate(jobs) if job.makes(one)), len(jobs))

    return sorted(measurements, key=place)


def measured(job: Job, *, quick: bool) -> list[Measurement]:
    """What the job finds, said on the console too; where it fails, a measurement that says why."""
    begin = perf_counter()
    try:
        found = job.measure()
    except (SampleError, MnistCompareError) as error:
        found = [without_ratio(job.name, job.backend, job.architecture, "", f"failed: {error}")]
    seconds = perf_counter() - begin
    for one in found:
        ratio = one.note if one.ratio is None else f"{one.ratio:.3f} ({one.low:.3f} to {one.high:.3f}) {one.note}"
        load = f", other work on {one.other_cores:.1f} cores" if one.other_cores else ""
        click.echo(f"{one.name}, {one.backend} {one.architecture}, {one.setting}: {ratio}{load}")
    click.echo(f"  [{seconds:.0f} s]")
    return [stamped(one, seconds / len(found), quick=quick) for one in found]


if __name__ == "__main__":
    main()
