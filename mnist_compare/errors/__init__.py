"""The exceptions of the library: one root, one class per thing that a user can get wrong.

Every message says what is wrong, where, which values are valid, and what to do about it; the command
line prints it as it stands and leaves with exit code 2.
"""

from collections.abc import Iterable

from mnist_compare.errors.names import nearest


class MnistCompareError(Exception):
    """Root of all errors that this library raises on purpose.

    >>> try:
    ...     compare("pytroch")
    ... except MnistCompareError as error:
    ...     print(error)
    Unknown backend 'pytroch'. Did you mean 'torch'? Valid: torch, keras, paddle, numpy. ...
    """


class UsageError(MnistCompareError):
    """A name, number or combination of options that cannot be meant."""


class ArchitectureError(MnistCompareError):
    """A network whose layers or shapes do not fit together."""


class DataError(MnistCompareError):
    """A data set that is missing, damaged or of the wrong kind."""


class BackendError(MnistCompareError):
    """A backend that is not installed, or cannot do what was asked of it."""


class OutputError(MnistCompareError):
    """A folder or file that cannot be written, or that holds something else."""


class Diverged(MnistCompareError):
    """A loss that is no longer a finite number."""


def unknown(kind: str, name: str, valid: Iterable[str], hint: str = "") -> UsageError:
    """The error for a name that is not one of `valid`, with the nearest one as a suggestion."""
    names = list(valid)
    near = nearest(name, names)
    suggestion = f" Did you mean {near!r}?" if near else ""
    tail = f" {hint}" if hint else ""
    return UsageError(f"Unknown {kind} {name!r}.{suggestion} Valid: {', '.join(names)}.{tail}")
