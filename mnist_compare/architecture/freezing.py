"""Which layers a recipe leaves as they are: by patterns of names, or all but the last linear one."""

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from mnist_compare.architecture.layers import Auxiliary, Linear, Shape
from mnist_compare.architecture.network import Architecture
from mnist_compare.architecture.shaped import ShapedLayer, walk
from mnist_compare.errors import UsageError
from mnist_compare.errors.names import named, nearest
from mnist_compare.recipe.recipe import BODY

NAMED = 12
_LEAVE_OUT = "Leave freeze out: all is trained then."


def frozen_layers(network: Architecture, patterns: Sequence[str]) -> frozenset[str]:
    """The names of the layers with arrays that the patterns name: by their own name, or by that of what holds them.

    `body` names all but the last linear layer and auxiliary heads. Raises UsageError for a pattern that names none,
    and where nothing would be left to train.
    """
    layers = [shaped.name for shaped in network.all_layers if shaped.parameters or shaped.statistics]
    body = _body(network, layers)
    found: set[str] = set()
    for pattern in patterns:
        matched = body if pattern == BODY else {name for name in layers if _names(pattern, name)}
        if not matched:
            raise _no_body(network) if pattern == BODY else _nothing(network, pattern, layers, bool(body))
        found |= matched
    if patterns and not _parameters_beside(network, found):
        told = f"freeze = {list(patterns)} leaves nothing of {named(network.name)} to train"
        remedy = f"Name fewer layers, such as {BODY!r}." if body and _parameters_beside(network, body) else _LEAVE_OUT
        raise UsageError(f"{told}. {remedy}")
    return frozenset(found)


def trained_parameters(network: Architecture, patterns: Sequence[str]) -> dict[str, Shape]:
    """The arrays that are trained, in layer order: `<layer>.<array>` -> shape."""
    frozen = frozen_layers(network, patterns)
    return {
        name: shape
        for shaped in network.all_layers
        if shaped.name not in frozen
        for name, shape in shaped.parameters.items()
    }


def last_linear(network: Architecture) -> ShapedLayer | None:
    """The last linear layer of the network itself; None where it has none."""
    return next((one for one in reversed(network.shaped_layers) if isinstance(one.layer, Linear)), None)


def _names(pattern: str, name: str) -> bool:
    parts = name.split(".")
    return any(fnmatchcase(".".join(parts[:count]), pattern) for count in range(1, len(parts) + 1))


def _body(network: Architecture, layers: Sequence[str]) -> set[str]:
    last = last_linear(network)
    heads = {one.name for head in network.all_layers if isinstance(head.layer, Auxiliary) for one in walk((head,))}
    return {name for name in layers if name not in heads and (last is None or name != last.name)}


def _parameters_beside(network: Architecture, frozen: Collection[str]) -> bool:
    """Whether something is left to train beside these layers."""
    return any(shaped.parameters for shaped in network.all_layers if shaped.name not in frozen)


def _no_body(network: Architecture) -> UsageError:
    what = "nothing with weights lies before its last linear layer" if last_linear(network) else "it has no weights"
    return UsageError(f"freeze: {BODY!r} names no layer of {named(network.name)}: {what}. {_LEAVE_OUT}")


def _nothing(network: Architecture, pattern: str, layers: Sequence[str], has_body: bool) -> UsageError:
    meant = nearest(pattern.strip("*"), [*layers, BODY] if has_body else layers)
    hint = f" Did you mean {meant!r}?" if meant else ""
    some = ", ".join(layers[:NAMED]) + (f" and {len(layers) - NAMED} more" if len(layers) > NAMED else "")
    body = f"{BODY} (all but the last linear layer), or " if has_body else ""
    return UsageError(
        f"freeze: no layer of {named(network.name)} is named by {named(pattern)}.{hint} Valid: {body}names, or "
        f"patterns such as 'conv*', of {some}."
    )
