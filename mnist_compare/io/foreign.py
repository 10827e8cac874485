"""Values that were made in Python, as a file would hold them; and what no file could hold."""

from typing import Any

import msgspec

from mnist_compare.errors.names import named


class Foreign(msgspec.Struct, frozen=True):
    """A value of Python that no file can hold, in words: it is of no valid type."""

    text: str


def as_in_a_file(value: Any) -> Any:
    """The value as a file would hold it. A dict is none: Python has the struct itself for what is a table in a file."""
    match value:
        case msgspec.Struct():
            config = value.__struct_config__
            kind = {config.tag_field: config.tag} if config.tag is not None else {}
            return kind | {name: as_in_a_file(getattr(value, name)) for name in value.__struct_fields__}
        case list() | tuple():
            return [as_in_a_file(each) for each in value]
        case dict():
            return Foreign(f"the dict {named(value)}, where Python code gives a value of the class itself")
        case str() if not value.isascii() and not _is_unicode(value):
            return Foreign(f"{named(value)}, which is no valid Unicode")
        case str() | int() | float() | None:
            return value
    return Foreign(named(value))


def _is_unicode(text: str) -> bool:
    """Whether all of it can be written: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
