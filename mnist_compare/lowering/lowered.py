"""What passes begin with and what they leave: a network as an adapter builds it."""

from collections.abc import Callable

import msgspec

from mnist_compare.architecture import Chain
from mnist_compare.lowering.layout import ChannelsLast


class Setting(msgspec.Struct, frozen=True):
    """What a pass may look at besides the layers: images of a batch, threads that were given, device (cpu or gpu:N) and
    execution (eager or compiled).
    """

    batch_size: int
    threads: int
    device: str = "cpu"
    execution: str = "eager"


class Threads(msgspec.Struct, frozen=True):
    """So many operations at once, and threads within each of them."""

    at_once: int
    within: int


class Lowered(msgspec.Struct, frozen=True):
    """A network as an adapter builds it; without a pass, as users of the framework write it.

    `layers` stand in the order of computation. `pooled_biases` maps convolutions to the poolings behind which their
    bias is added, by name; `bias_rows` says that biases of convolutions are added to images as rows [C, H W].
    `channels_last` says that images lie in memory as H-W-C, and `flat_order` which values then stay in that order when
    they are flattened. Layers in `in_place`, by name, overwrite what they are computed from. A batch is cut into
    `parts`. `passes` are the names of the passes that have changed something.
    """

    layers: Chain
    threads: Threads
    pooled_biases: dict[str, str] = {}
    bias_rows: bool = False
    channels_last: bool = False
    flat_order: ChannelsLast = ChannelsLast(())
    in_place: frozenset[str] = frozenset()
    parts: int = 1
    passes: tuple[str, ...] = ()


class Pass(msgspec.Struct, frozen=True):
    """A change of a network that makes a framework faster and leaves the numbers alone, but for rounding.

    `reason` says why that is so and why it helps, `gain` what docs/performance.md has of it.
    """

    name: str
    reason: str
    gain: str
    apply: Callable[[Lowered, Setting], Lowered]
