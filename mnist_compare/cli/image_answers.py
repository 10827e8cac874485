"""What the networks say image by image: lines of JSON, the rows of a CSV file, and the sheet of pictures."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mnist_compare.cli.answers import Answer, class_name, is_sure, name_of, network_json
from mnist_compare.report.page.sheet import Reading, Shot, sheet_page
from mnist_compare.runner.seen import Seen


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


def csv_of_images(rows: Sequence[Asked]) -> str:
    """A row for each image: its name, class and probability of each network, whether they agree, and why none is."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = [" ".join(name_of(answer.record)) for answer in rows[0].answers]
    columns = [f"{name} {what}" for name in names for what in ("class", "probability")]
    writer.writerow(["image", "mark", *columns, "agree", "reason"])
    for one in rows:
        cells = [cell for _, name, chances in one.readings() for cell in (name, max(chances) if chances else "")]
        agree = "" if one.agree is None else "yes" if one.agree else "no"
        empty = [""] * (len(columns) - len(cells))
        writer.writerow([one.seen.source, one.seen.mark or "", *cells, *empty, agree, one.seen.reason])
    return text.getvalue()


def sheet_of_images(rows: Sequence[Asked]) -> str:
    """The page with a picture of each image, as the networks see it."""
    shots = []
    for one in rows:
        readings = [
            Reading(
                answer.record.backend,
                " ".join(name_of(answer.record)[1:]),
                name,
                None if chances is None else max(chances),
                is_sure(answer.predicted, one.number or 0),
            )
            for answer, name, chances in one.readings()
        ]
        shots.append(Shot(one.seen.name, one.seen.digit, one.seen.reason, one.agree, tuple(readings)))
    return sheet_page(shots, [answer.record.backend for answer in rows[0].answers])
