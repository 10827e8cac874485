"""What the networks say image by image: lines of JSON, rows of a CSV file, and pictures with what is read in them."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mnist_compare.cli.answers import Answer, class_name, is_sure, network_json
from mnist_compare.records.names import network_names, one_name
from mnist_compare.records.record import Record
from mnist_compare.report.page.sheet import Reading, Shot
from mnist_compare.runner.seen import Seen

LAST = ("agree", "reason")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet computes begins with one of these."""
NUMBER = re.compile(r"[+-]?\d+([.]\d+)?")


class Asked(NamedTuple):
    """What was seen, the number of its answers among those of the networks (None where there are none), and all."""

    seen: Seen
    number: int | None
    answers: Sequence[Answer]

    @property
    def agree(self) -> bool | None:
        """Whether all networks say the same class."""
        if self.number is None:
            return None
        return len({answer.predicted.digits[self.number] for answer in self.answers}) == 1

    def readings(self) -> Iterator[tuple[Answer, str, list[float] | None]]:
        """Each network's class and probabilities, where it gives any."""
        for answer in self.answers if self.number is not None else ():
            predicted, number = answer.predicted, self.number or 0
            chances = predicted.probabilities[number] if predicted.probabilities else None
            yield answer, class_name(predicted.digits[number], answer.record.spec.data), chances


def by_image(seen: Sequence[Seen], answers: Sequence[Answer]) -> list[Asked]:
    """The answers image by image, in the order in which the images were seen."""
    numbers = iter(range(len(seen)))
    return [Asked(one, next(numbers) if one.digit is not None else None, answers) for one in seen]


def json_of_image(asked: Asked) -> dict[str, object]:
    """What all networks say to one image, as values."""
    said = [
        network_json(answer.record) | {"class": name, "probabilities": chances}
        for answer, name, chances in asked.readings()
    ]
    place = {"image": asked.seen.source, "mark": asked.seen.mark}
    return place | {"answers": said, "agree": asked.agree, "reason": asked.seen.reason}


def csv_header(records: Sequence[Record]) -> list[str]:
    """The names of the columns of `csv_row`."""
    names = list(map(one_name, network_names(records)))
    return ["image", "mark", *(f"{name} {what}" for name in names for what in ("class", "probability")), *LAST]


def csv_row(asked: Asked) -> list[object]:
    """An image in a CSV file: its name, class and probability of each network, whether they agree, and why none is."""
    seen = asked.seen
    cells = [cell for _, name, chances in asked.readings() for cell in (defused(name), max(chances) if chances else "")]
    agree = "" if asked.agree is None else "yes" if asked.agree else "no"
    empty = [""] * (2 * len(asked.answers) - len(cells))
    return [defused(seen.source), seen.mark or "", *cells, *empty, agree, defused(seen.reason)]


def defused(text: str) -> str:
    """The text of a cell, such that no spreadsheet takes it for a formula: an apostrophe stands before one. Numbers and
    single characters stay as they are.
    """
    return f"'{text}" if text.startswith(FORMULA) and len(text) > 1 and not NUMBER.fullmatch(text) else text


def shot_of(asked: Asked) -> Shot:
    """An image on the page: its picture, as the networks see it, and what they read in it."""
    own = [answer.record for answer in asked.answers]
    names = {record.key: one_name(name[1:]) for record, name in zip(own, network_names(own), strict=True)}
    readings = [
        Reading(
            answer.record.backend,
            names[answer.record.key],
            name,
            None if chances is None else max(chances),
            is_sure(answer.predicted, asked.number or 0),
        )
        for answer, name, chances in asked.readings()
    ]
    return Shot(asked.seen.name, asked.seen.digit, asked.seen.reason, asked.agree, tuple(readings))
