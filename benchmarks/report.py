"""What a report of many runs costs, in seconds and in memory."""

from functools import partial

from msgspec.structs import replace

from benchmarks.job import Job, busiest, seconds
from benchmarks.measurement import Measurement, of_ratios
from benchmarks.pairs import alternate, spread
from benchmarks.process import take
from benchmarks.size import Size
from benchmarks.task import Task

NAME = "report"
ARCHITECTURE = "cnn"
MEANING = "seconds to read the records and to write their report / the seconds allowed for 10,000 of them, {:g}"
MOST_SECONDS, MOST_MB = 20.0, 1024 * 1.048576
KINDS = {"seeds": "of one setting", "settings": "of many settings"}


def jobs(size: Size) -> list[Job]:
    """A job for each number of records, of one setting and of many."""
    return [
        Job(NAME, "none", ARCHITECTURE, partial(measure, size, kind, count)) for kind in KINDS for count in size.records
    ]


def measure(size: Size, kind: str, count: int) -> list[Measurement]:
    """Reports of so many synthetic records."""
    (samples,) = alternate(size.repeats, partial(take, "many_records", Task(kind, count)))
    memory = [sample.peak_memory_bytes / 1e6 for sample in samples]
    found = of_ratios(
        NAME,
        "none",
        ARCHITECTURE,
        MEANING.format(MOST_SECONDS),
        [sample.seconds / MOST_SECONDS for sample in samples],
        setting=f"{count:,} records {KINDS[kind]}",
        values={"report s": seconds(samples), "peak memory MB": memory},
        other_cores=busiest(samples),
    )
    met = spread(seconds(samples)).median <= MOST_SECONDS and spread(memory).median <= MOST_MB
    return [replace(found, target=f"at most 1, and {MOST_MB:,.0f} MB", met=met)]
