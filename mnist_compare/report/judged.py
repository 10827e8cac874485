"""Which images accuracies are of, in a word: of a sweep's trials the test images stay unseen, and a report says so."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from markupsafe import Markup

from mnist_compare.records.record import Record
from mnist_compare.records.spec import HELD_OUT, TEST, DataSpec

CHOSEN_NOTE = "The best setting of each network was trained on all training images, and judged on the test set once."
_AS_THEY_ARE = ("command", "commands", "options", "anchor", "name", "galleries")
"""Fields of what a report shows that are no words of its own."""
_WORD = re.compile(
    r"\b([Tt])est(?= (?:accurac|loss|image))"  # the test images; "test set" stays what it is
    r"|(?<=>)(t)est(?=<)|^(t)est$|(?<=\d )(t)est$|(?<=\d )(t)est(?= \|)",
    re.MULTILINE,
)

Told = TypeVar("Told")


def judged_word(data: Iterable[DataSpec]) -> str:
    """What a report calls the images that it judges by: "test"; "validation" of trials of a sweep, or "held-out" where
    these have validation images of their own besides.
    """
    found = list(data)
    if not found or any(one.judged_on != HELD_OUT for one in found):
        return TEST
    return "held-out" if any(one.validation_size for one in found) else HELD_OUT


def judged_text(text: str, word: str) -> str:
    """The text with that word in the place of "test", where it speaks of images, their loss or accuracy."""
    if word == TEST:
        return text
    return _WORD.sub(lambda found: word if "t" in found.groups() else word.capitalize(), text)


def judged_words(told: Told, word: str) -> Told:
    """The same of all texts in what a report shows: tables, pictures, sections; commands stay as they are."""
    changed: Told = told if word == TEST else _told(told, word)
    return changed


def _told(told: Any, word: str) -> Any:
    if isinstance(told, str):
        changed = judged_text(told, word)
        return Markup(changed) if isinstance(told, Markup) else changed
    if isinstance(told, list | tuple):
        return type(told)(_told(one, word) for one in told)
    if isinstance(told, Mapping):
        return {key: _told(value, word) for key, value in told.items()}
    if is_dataclass(told) and not isinstance(told, type):
        names = [field.name for field in fields(told) if field.name not in _AS_THEY_ARE]
        return replace(told, **{name: _told(getattr(told, name), word) for name in names})
    return told


def judged_document(text: str, word: str) -> str:
    """The same of a Markdown document; what stands between fences stays as it is."""
    parts = text.split("```")
    return "```".join(part if i % 2 else judged_text(part, word) for i, part in enumerate(parts))


def judged_note(records: Iterable[Record]) -> str:
    """That the test set was not looked at, where that is so; else nothing."""
    data = {record.spec.data for record in records}
    if judged_word(data) == TEST:
        return ""
    sizes = sorted({one.test_size for one in data})
    images = f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,}"
    return (
        f"Every run is a trial: it was judged on {images} {judged_word(data)} images, which were held out of the "
        "training images. The test set was not looked at."
    )
