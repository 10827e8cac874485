"""What the networks say to the digits that were seen: rows and votes, or JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mnist_compare.records.names import network_names
from mnist_compare.records.record import Record
from mnist_compare.records.spec import DataSpec
from mnist_compare.runner.prediction_job import Predicted
from mnist_compare.runner.seen import Seen

UNSURE = "  unsure"
SURE = 0.8
"""What has a smaller probability is called unsure: with a network that is 99 % right 2 % of MNIST's test digits are."""


class Answer(NamedTuple):
    """What the network of a record says to the digits of a batch, in their order."""

    record: Record
    predicted: Predicted


def lines_of(seen: Seen, i: int, answers: Sequence[Answer], picture: str = "") -> Iterator[str]:
    """The rows of one digit, the `i`-th of those that the networks were given: what each says, and the vote."""
    yield one_row(seen.name)
    if picture:
        yield picture
    if seen.digit is None:
        yield f"  {seen.reason}"
        return
    names = network_names([answer.record for answer in answers])
    widths = [max(map(len, column)) for column in zip(*names, strict=True)]
    for name, answer in zip(names, answers, strict=True):
        yield f"  {' '.join(map(str.ljust, name, widths))}  {describe(answer, i)}"
    if len(answers) > 1:
        digits, votes = vote(answers, i)
        each = " each" if len(digits) > 1 else ""
        yield f"  vote: {either(digits, answers)} ({votes} of {len(answers)} networks{each}){doubt(answers, i)}"


def class_name(label: int, data: DataSpec) -> str:
    """What a class is called: its name, or its number where there are no names."""
    return data.classes[label] if 0 <= label < len(data.classes) else str(label)


def describe(answer: Answer, i: int) -> str:
    """The class of image `i`, and the probabilities from the largest."""
    predicted, data = answer.predicted, answer.record.spec.data
    if predicted.probabilities is None:
        return f"{predicted.digits[i]}  (output {predicted.outputs[i][0]:.3f}, cut to an integer)"
    ranked = sorted(enumerate(predicted.probabilities[i]), key=lambda pair: -pair[1])
    unsure = "" if is_sure(predicted, i) else UNSURE
    shown = "  ".join(f"{class_name(label, data)}: {chance:.1%}" for label, chance in ranked[:3])
    return f"{class_name(predicted.digits[i], data)}  {shown}{unsure}"


def is_sure(predicted: Predicted, i: int) -> bool:
    """Whether the network is sure of the digit of image `i`; one that gives no probabilities says nothing of doubt."""
    return predicted.probabilities is None or max(predicted.probabilities[i]) >= SURE


def vote(answers: Sequence[Answer], i: int) -> tuple[list[int], int]:
    """The digits that most networks say to image `i` (several where they are equal), and how many say each."""
    counts = Counter(answer.predicted.digits[i] for answer in answers)
    most = max(counts.values())
    return sorted(digit for digit, count in counts.items() if count == most), most


def doubt(answers: Sequence[Answer], i: int) -> str:
    """UNSURE, unless more than half of the networks say the voted digit to image `i`, and are sure of it."""
    digits, _ = vote(answers, i)
    sure = [predicted.digits[i] for _, predicted in answers if is_sure(predicted, i)]
    return "" if 2 * max(map(sure.count, digits)) > len(answers) else UNSURE


def either(labels: list[int], answers: Sequence[Answer]) -> str:
    """The names of classes that are said equally often."""
    return " or ".join(class_name(label, answers[0].record.spec.data) for label in labels)


def network_json(record: Record) -> dict[str, object]:
    """Which network it is, and the names of its classes where they have any, as values."""
    named = {"classes": record.spec.data.classes} if record.spec.data.classes else {}
    return {
        "backend": record.backend,
        "architecture": record.architecture,
        "mode": record.mode,
        "tuning": record.spec.tuning,
        "seed": record.seed,
        "precision": record.precision,
        "recipe": record.spec.recipe.describe(),
        "key": record.key,
    } | named


def entry(seen: Seen, answer: Answer, i: int | None) -> dict[str, object]:
    """What one network says to one image, the `i`-th of those that it was given, or to one without a digit: values."""
    predicted = answer.predicted
    return {
        "image": seen.source,
        "mark": seen.mark,
        "digit": None if i is None else predicted.digits[i],
        "outputs": None if i is None else predicted.outputs[i],
        "probabilities": predicted.probabilities[i] if i is not None and predicted.probabilities else None,
        "reason": seen.reason,
    }


def one_row(name: str) -> str:
    """The name of a file in one row: a break of the line in it would look like an answer of its own."""
    return name.replace("\n", "\\n").replace("\r", "\\r")
