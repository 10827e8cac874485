"""Names of files that are made of labels, which may hold whatever a name in a sentence may."""

import re
from collections.abc import Iterable

MOST = 80
"""Letters of a label that are kept: a file's name has 255 bytes, and other words come behind this one."""


def file_stems(labels: Iterable[str]) -> dict[str, str]:
    """A name without suffix for each label, none of them twice: "mlp, lr 0.1" -> "mlp-lr-0-1"."""
    found: dict[str, str] = {}
    used: set[str] = set()
    for label in dict.fromkeys(labels):
        stem = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:MOST].rstrip("-") or "network"
        number = next(n for n in range(1, len(used) + 2) if _numbered(stem, n) not in used)
        found[label] = _numbered(stem, number)
        used.add(found[label])
    return found


def _numbered(stem: str, number: int) -> str:
    return stem if number == 1 else f"{stem}-{number}"
