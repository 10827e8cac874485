"""Means and deviations as the text of a table's cells."""

from mnist_compare.document.words import NOTHING, significant
from mnist_compare.records.measures import Spread


def number(value: Spread | None, form: str, factor: float = 1.0) -> str:
    """The mean, with its deviation if there is one, in a format such as "{:.2f}"."""
    if value is None:
        return NOTHING
    text = form.format(value.mean * factor)
    return text if value.deviation is None else f"{text} ± {form.format(value.deviation * factor)}"


def percent(value: Spread | None) -> str:
    """A share as a percentage with two decimals: one of 10,000 test images is 0.01 %."""
    text = number(value, "{:.2f}", 100)
    return text if value is None else f"{text} %"


def loss(value: Spread | None) -> str:
    """A loss with four decimals, or in powers of ten where it has grown beyond reading."""
    return number(value, "{:.4f}" if value is None or abs(value.mean) < 1e4 else "{:.3g}")


def amount(value: Spread | None) -> str:
    """The mean with three significant digits, with its deviation if there is one."""
    if value is None or value.deviation is None:
        return NOTHING if value is None else significant(value.mean)
    return f"{significant(value.mean)} ± {significant(value.deviation, 2)}"
