"""What the program costs around the training: wall time of a whole comparison, less what its workers do themselves."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from msgspec.structs import replace

from benchmarks.job import Job
from benchmarks.measurement import Measurement, of_ratios, with_target
from benchmarks.pairs import alternate
from benchmarks.process import start
from benchmarks.size import Size, frameworks
from mnist_compare.document.words import plural
from mnist_compare.records.record import Record
from mnist_compare.records.results import read_records

NAME = "harness"
ARCHITECTURE = "mlp"
MEANING = (
    "seconds of a command less those in which its workers import, build, train and evaluate / the seconds allowed for "
    "that, {comparison:g} per comparison and {run:g} per run"
)
PER_COMPARISON, PER_RUN = 1.0, 0.3
OWN = ("imports", "build", "first_step", "training", "evaluation")
PARTS = ("start", "data", "checkpoint")


def jobs(size: Size) -> list[Job]:
    """A job per framework."""
    return [Job(NAME, name, ARCHITECTURE, partial(measure, size, name)) for name in frameworks()]


def measure(size: Size, backend: str) -> list[Measurement]:
    """Comparisons of few and of more runs, in turn; a measurement for each number of runs."""
    sides = alternate(size.pairs, *(partial(compare, backend, runs) for runs in size.runs))
    return [measured(backend, runs, side) for runs, side in zip(size.runs, sides, strict=True)]


def compare(backend: str, runs: int) -> tuple[float, list[Record]]:
    """Seconds of a command that compares so many small runs, and their records."""
    options = {
        "backends": backend,
        "architectures": ARCHITECTURE,
        "train-size": 1000,
        "test-size": 500,
        "epochs": 1,
        "seeds": ",".join(map(str, range(runs))),
    }
    with TemporaryDirectory() as folder:
        output = Path(folder) / "comparison"
        arguments = ["--no-retime", *(f"--{name}={value}" for name, value in options.items())]
        begin = perf_counter()
        start(["-m", "mnist_compare", *arguments, f"--output={output}"])
        return perf_counter() - begin, read_records(output)


def measured(backend: str, runs: int, side: list[tuple[float, list[Record]]]) -> Measurement:
    """The measurement of some comparisons of so many runs."""
    wall = [seconds for seconds, _ in side]
    own, parts = ([sum(_spent(record, kind) for record in records) for _, records in side] for kind in (OWN, PARTS))
    harness = [a - b for a, b in zip(wall, own, strict=True)]
    allowed = PER_COMPARISON + PER_RUN * runs
    found = of_ratios(
        NAME,
        backend,
        ARCHITECTURE,
        MEANING.format(comparison=PER_COMPARISON, run=PER_RUN),
        [seconds / allowed for seconds in harness],
        setting=plural(runs, "run"),
        values={"wall s": wall, "workers s": own, "harness s": harness, "of it in workers s": parts},
    )
    busiest = max(record.other_cores or 0.0 for _, records in side for record in records)
    return replace(with_target(found, most=1.0), other_cores=busiest)


def _spent(record: Record, phases: tuple[str, ...]) -> float:
    return float(sum(getattr(record.times, phase) for phase in phases))
