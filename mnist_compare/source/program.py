"""A program in pieces: so that those of several frameworks can stand side by side."""

from collections.abc import Mapping

import msgspec


class Piece(msgspec.Struct, frozen=True):
    """Some rows of a program.

    `name` says which piece it is: those of all frameworks with one name stand side by side. `words` are what readers
    are told, `shape` is that of a sample after it, where it is a layer; `topics` are those of the ledger that tell how
    the frameworks differ in it.
    """

    name: str
    code: str
    words: str = ""
    shape: tuple[int, ...] = ()
    topics: tuple[str, ...] = ()


class Program(msgspec.Struct, frozen=True):
    """A network and its training in one framework; `defaults` are those of its `Writer`."""

    name: str
    title: str
    pieces: tuple[Piece, ...]
    defaults: Mapping[str, str] = {}

    @property
    def text(self) -> str:
        """All of it, as it stands in a file."""
        return "".join(piece.code for piece in self.pieces)
