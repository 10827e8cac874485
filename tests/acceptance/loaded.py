"""Comparisons with a busy process beside them, held against a quiet one: what `test_verdicts_under_load.py` runs.

By itself, with a table: `python tests/acceptance/loaded.py FOLDER --comparisons 10`. The machine must be quiet.
"""

import argparse
import math
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from mnist_compare.records.measures import images_per_second
from mnist_compare.records.record import Record
from mnist_compare.records.results import read_records

TRIES = 3
LOADS = {
    "steady": "while True: pass",
    "bursts": """
import time
while True:
    end = time.monotonic() + 2
    while time.monotonic() < end: pass
    time.sleep(4)
""",
}
SENTENCE = re.compile(r"(\S+) trained ((?:about )?(?:[\d.,]+ times|as fast as) .*?)\)\.(?: |$)", re.MULTILINE)
FASTER = re.compile(r"([\d.,]+) times faster than (\S+) \(([\d.,]+) to ([\d.,]+)\)")
EQUAL = re.compile(r"(?:as fast as|,|and) (\S+) \(([\d.,]+) to ([\d.,]+) times\)")


class Claim(NamedTuple):
    """What a report says of two backends: how many times faster the first is than the second, and the range of that.

    `factor` is None where they are called equal.
    """

    fast: str
    slow: str
    factor: float | None
    low: float
    high: float


def claims(report: str) -> list[Claim]:
    """The claims on speed in a report.md, wherever they stand."""
    found = []
    for fast, rest in SENTENCE.findall(report):
        told = f"{rest})"
        found += [Claim(fast, slow, *map(_number, given)) for given, slow in _faster(told)]
        found += [Claim(fast, slow, None, _number(low), _number(high)) for slow, low, high in EQUAL.findall(told)]
    return found


def _faster(told: str) -> list[tuple[tuple[str, str, str], str]]:
    return [((factor, low, high), slow) for factor, slow, low, high in FASTER.findall(told)]


def _number(text: str) -> float:
    return float(text.replace(",", ""))


@contextmanager
def beside(load: str) -> Iterator[None]:
    """A process that is busy, at 100 % or in bursts, while the block lasts."""
    process = subprocess.Popen([sys.executable, "-c", LOADS[load]])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def compare(folder: Path, options: Sequence[str]) -> tuple[list[Record], list[Claim]]:
    """The records of a comparison, and what its report claims."""
    command = [sys.executable, "-m", "mnist_compare", *options, "--quiet", "--output", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return read_records(folder), claims((folder / "report.md").read_text())


def speed(records: Sequence[Record], backend: str) -> float:
    """The images per second of a backend, as the geometric mean over its seeds."""
    return math.exp(statistics.fmean(math.log(images_per_second(r) or 0) for r in records if r.backend == backend))


def run(folder: Path, comparisons: int, options: Sequence[str], load: str = "steady") -> tuple[list[str], int]:
    """The lines of a table, and how many claims are wrong: their range does not hold the quiet factor."""
    quiet, told = compare(folder / "quiet", [*options, "--seeds", "0,1,2"])
    for _ in range(TRIES):
        if not told:  # something has disturbed it
            quiet, told = compare(folder / "quiet", [*options, "--seeds", "0,1,2", "--retime"])
    lines = [f"{'comparison':<12}  {'claim':<52}  {'other cores':<18}  quiet factor"]
    lines += [_line("quiet", one, quiet, speed(quiet, one.fast) / speed(quiet, one.slow)) for one in told]
    if not told:
        raise SystemExit("The quiet comparison claims nothing: the machine is not quiet, or the training is too short.")
    wrong = 0
    for number in range(1, comparisons + 1):
        with beside(load):
            records, found = compare(folder / f"loaded-{number}", [*options, "--seeds", "0"])
        for one in found:
            factor = speed(quiet, one.fast) / speed(quiet, one.slow)
            holds = one.low <= factor <= one.high
            wrong += not holds
            lines.append(_line(f"loaded {number}", one, records, factor) + ("" if holds else "  WRONG"))
        if not found:
            lines.append(f"{f'loaded {number}':<12}  {'no claim':<52}  {_others(records):<18}  –")  # noqa: RUF001
    return lines, wrong


def _line(name: str, claim: Claim, records: Sequence[Record], factor: float) -> str:
    what = "as fast as" if claim.factor is None else f"{claim.factor:.2f} times faster than"
    told = f"{claim.fast} {what} {claim.slow} ({claim.low:.2f} to {claim.high:.2f})"
    return f"{name:<12}  {told:<52}  {_others(records):<18}  {factor:.2f}"


def _others(records: Sequence[Record]) -> str:
    most: dict[str, float] = {}
    for record in records:
        busy = min(timing.other_cores or 0.0 for timing in record.counted)
        most[record.backend] = max(busy, most.get(record.backend, 0.0))
    return " ".join(f"{cores:.2f}" for cores in most.values())


def main() -> None:
    """Print the table; the exit code is 1 where a claim is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--comparisons", type=int, default=10)
    parser.add_argument("--backends", default="torch,keras,paddle")
    parser.add_argument("--architecture", default="cnn")
    parser.add_argument("--epochs", default="3")
    parser.add_argument("--train-size", default="60000")
    parser.add_argument("--load", choices=LOADS, default="steady")
    given = parser.parse_args()
    options = ["--backends", given.backends, "--architectures", given.architecture, "--epochs", given.epochs]
    lines, wrong = run(given.folder, given.comparisons, [*options, "--train-size", given.train_size], given.load)
    print("\n".join(lines))  # noqa: T201
    print(f"{wrong} wrong")  # noqa: T201
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
