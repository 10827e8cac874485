"""A fault that is planted into the reference, to see whether a certificate catches it."""

import msgspec

from mnist_compare.experiment import Experiment


class Fault(msgspec.Struct, frozen=True):
    """One fault: `plant` is the reference with it, `case` names the small case in which it shows."""

    name: str
    topic: str
    case: str
    plant: type[Experiment]
