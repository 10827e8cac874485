"""What has come out for many images, collected image by image."""

from collections.abc import Iterator, Sequence

from mnist_compare.cli.answers import Answer, doubt, either, one_row, vote
from mnist_compare.records.record import Record
from mnist_compare.report.images import is_mnist
from mnist_compare.runner.seen import Seen

MOST_LISTED = 1000
"""So many images are named again at the end, of those with an answer and of those without."""


class Summary:
    """What each image was voted to be, and which have no answer, by the networks of these records."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._networks = len(records)
        self._is_mnist = is_mnist(records[0].spec.data)
        self._images = self._named = self._unsure = self._agreed = self._unnamed = 0
        self._lines: list[str] = []
        self._reasons: list[str] = []

    def add(self, seen: Seen, i: int, answers: Sequence[Answer]) -> None:
        """One more image, the `i`-th of those that the networks were given."""
        self._images += seen.mark in (None, 1)
        if seen.digit is None:
            self._unnamed += 1
            if len(self._reasons) < MOST_LISTED:
                self._reasons.append(f"  -  {one_row(seen.name)}: {seen.reason}")
            return
        labels, votes = vote(answers, i)
        unsure = doubt(answers, i)
        self._named += 1
        self._unsure += bool(unsure)
        self._agreed += votes == self._networks
        if len(self._lines) < MOST_LISTED:
            self._lines.append(f"  {either(labels, answers)}  {one_row(seen.name)}{unsure}")

    @property
    def seen(self) -> int:
        """How many were added: marks of an image are several."""
        return self._named + self._unnamed

    def lines(self) -> Iterator[str]:
        """The counts, and the images."""
        doubts = f", {self._unsure} of them unsure" if self._unsure else ""
        digits = f" digit{'s' * (self._named != 1)}" if self._is_mnist else ""
        yield f"Summary: {self._images} image{'s' * (self._images != 1)}, {self._named}{digits} named{doubts}"
        if self._networks > 1 and self._named:
            differing = self._named - self._agreed
            yield f"  all {self._networks} networks agree on {self._agreed}, and differ on {differing}"
        yield from self._lines
        yield from _more(self._named - len(self._lines), "named")
        yield from self._reasons
        yield from _more(self._unnamed - len(self._reasons), "without an answer")


def _more(count: int, what: str) -> Iterator[str]:
    if count:
        yield f"  and {count:,} more {what}"
