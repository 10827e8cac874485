"""What limits a comparison: what has happened, what follows from it, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caveat:
    """A limit in sentences; `effect` or `action` is empty where the cause says it all, or nothing can be done.

    What helps is `command`, or the command that made the runs with these `options` more; "" where it is neither.
    """

    title: str
    cause: str
    effect: str = ""
    action: str = ""
    command: str = ""
    options: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.cause, self.effect, self.action)))
