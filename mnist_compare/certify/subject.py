"""What a certificate compares: backends, each with a tuning."""

import msgspec

from mnist_compare.io.bounds import Name
from mnist_compare.lowering import TUNED


class Subject(msgspec.Struct, frozen=True):
    """A backend with a tuning: "tuned", "plain", or names of passes joined by "+"."""

    backend: Name
    tuning: Name = TUNED

    @property
    def name(self) -> str:
        """What pairs, tables and sentences call it: "torch" where it is tuned, else "torch plain"."""
        return self.backend if self.tuning == TUNED else f"{self.backend} {self.tuning}"
