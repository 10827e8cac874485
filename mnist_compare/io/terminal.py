"""What goes to a terminal: text of files and names cannot steer it, and a narrow one loses none of it."""

import re
from io import TextIOWrapper
from typing import IO, Any

import msgspec

# All controls but tab and end of line, and the marks that change the direction of text or cannot be seen.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
REPLACED = "\ufffd"


def clean(text: str) -> str:
    """The text without characters that would steer a terminal: a file or a name may have brought them."""
    return UNSAFE.sub(REPLACED, text)


def to_json(value: Any) -> str:
    """The value as JSON in one line, which holds the same and steers no terminal: such characters are escaped."""
    return UNSAFE.sub(lambda found: _escaped(found[0]), msgspec.json.encode(value).decode())


def _escaped(character: str) -> str:
    code = character.encode("utf-16-be").hex()
    return "".join(f"\\u{code[i : i + 4]}" for i in range(0, len(code), 4))


class Clean(TextIOWrapper):
    """A text stream through which nothing goes that would steer a terminal."""

    def write(self, text: str, /) -> int:
        return super().write(clean(text))

    @property
    def styled(self) -> IO[str]:
        """The same stream for who sends colours, and cleans the text himself."""
        return _Styled(self)  # type: ignore[return-value]


class _Styled:
    """All that the stream is, but for its cleaning."""

    def __init__(self, stream: Clean) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return TextIOWrapper.write(self._stream, text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
