"""What a figure of a document is: whose it is, of which kind, and what stands above it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure by what it shows: the label of its group ("" where it is of none), its kind, and its title.

    The kind is the same in every document, and tells the figures of a group apart.
    """

    group: str
    kind: str
    title: str

    @property
    def caption(self) -> str:
        """The title, with the group before it."""
        return f"{self.group}: {self.title}" if self.group else self.title
