"""What a check of a backend has found."""

from typing import Literal, Self

import msgspec

from mnist_compare.errors import MnistCompareError


class CheckFailed(MnistCompareError):
    """A backend does not do what all backends do."""


class Untraced(msgspec.Struct, frozen=True):
    """Why there is no trace of a training: the backend refused it in words (BackendError), or it failed."""

    reason: str
    refused: bool


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong (`failed`), or that the backend says it cannot do (`refused`), in words.

    `check` is the question that was asked, `case` the network that it was asked about ("" where there is none).
    """

    kind: Literal["failed", "refused"]
    check: str
    case: str
    text: str

    def __str__(self) -> str:
        where = f" ({self.case})" if self.case else ""
        return f"{self.check}{where}: {self.text}"


class CheckResult(msgspec.Struct, frozen=True):
    """All that was found about a backend, and how many of the planted faults were caught in its name.

    Faults of networks that the backend refuses are not counted in `faults`.
    """

    backend: str
    findings: tuple[Finding, ...]
    caught: int
    faults: int

    @property
    def passed(self) -> bool:
        """Whether nothing failed. A network that is refused in words is no failure."""
        return not self.failures

    @property
    def failures(self) -> tuple[Finding, ...]:
        """What is wrong."""
        return tuple(finding for finding in self.findings if finding.kind == "failed")

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """What the backend says it cannot do."""
        return tuple(finding for finding in self.findings if finding.kind == "refused")

    def __str__(self) -> str:
        verdict = "passed" if self.passed else f"failed {len(self.failures)} checks"
        head = f"Backend {self.backend!r} {verdict}; {self.caught} of {self.faults} planted faults caught"
        lines = [f"- {finding.kind} {finding}" for finding in self.findings]
        return "\n".join([f"{head}{':' if lines else '.'}", *lines])

    def raise_for_failures(self) -> Self:
        """The result itself; raises CheckFailed, which tells everything that is wrong, where there is anything."""
        if not self.passed:
            raise CheckFailed(str(self))
        return self
