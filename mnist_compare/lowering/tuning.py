"""The passes by name, which of them a tuning takes, and what they make of a network."""

from collections.abc import Iterable
from functools import reduce

from msgspec.structs import replace

from mnist_compare.architecture import Chain
from mnist_compare.errors import UsageError, unknown
from mnist_compare.lowering import (
    batch_parts,
    bias_behind_pooling,
    bias_rows,
    channels_last,
    flat_order,
    in_place,
    one_thread,
    relu_behind_pooling,
    thread_sharing,
)
from mnist_compare.lowering.lowered import Lowered, Pass, Setting, Threads
from mnist_compare.recipe.mode import BOTH

TUNINGS = TUNED, PLAIN = ("tuned", "plain")
"""All passes of a backend, or none. Names of passes joined by + stand for those alone."""
JOINED = "Join passes by + to take those alone."

# They are taken in this order: each sees what those before it have made.
_MODULES = (
    relu_behind_pooling,
    bias_behind_pooling,
    bias_rows,
    channels_last,
    flat_order,
    in_place,
    batch_parts,
    thread_sharing,
    one_thread,
)
PASSES: dict[str, Pass] = {module.PASS.name: module.PASS for module in _MODULES}


def find_passes(tuning: str, valid_passes: tuple[str, ...]) -> tuple[str, ...]:
    """The passes that a tuning takes of those that a backend has; raises UsageError with the valid names."""
    if tuning in TUNINGS:
        return valid_passes if tuning == TUNED else ()
    if not set(tuning.split("+")) <= set(valid_passes):
        raise _unknown(tuning, TUNINGS, valid_passes)
    return tuple(tuning.split("+"))


def find_tunings(names: Iterable[str]) -> tuple[str, ...]:
    """The tunings of these names, each once, passes in the order in which they are taken; "both" is tuned and plain.

    Raises UsageError with the valid names.
    """
    found: list[str] = []
    for name in names:
        passes = set(name.split("+"))
        if name in (*TUNINGS, BOTH):
            found += [tuning for tuning in TUNINGS if name in (tuning, BOTH)]
        elif passes <= PASSES.keys():
            found.append("+".join(known for known in PASSES if known in passes))
        else:
            raise _unknown(name, (*TUNINGS, BOTH), tuple(PASSES))
    return tuple(dict.fromkeys(found))


def lower(layers: Chain, names: tuple[str, ...], setting: Setting) -> Lowered:
    """What the passes of these names make of the layers. Those that change nothing are not among its `passes`."""
    plain = Lowered(layers, Threads(setting.threads, setting.threads))
    chosen = [found for name, found in PASSES.items() if name in names]
    return reduce(lambda lowered, found: _take(found, lowered, setting), chosen, plain)


def _unknown(tuning: str, whole: tuple[str, ...], passes: tuple[str, ...]) -> UsageError:
    """The error for what is no tuning: with the valid names, or that one of those stands alone."""
    names = tuning.split("+")
    if len(names) > 1 and (alone := [name for name in names if name in whole]):
        return UsageError(f"Tuning {tuning!r}: {alone[0]} stands alone. Join passes alone by +: {', '.join(passes)}.")
    wrong = next(name for name in names if name not in passes)
    return unknown("tuning", wrong, (*whole, *passes), JOINED)


def _take(found: Pass, lowered: Lowered, setting: Setting) -> Lowered:
    after = found.apply(lowered, setting)
    return lowered if after == lowered else replace(after, passes=(*lowered.passes, found.name))
