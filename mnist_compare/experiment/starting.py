"""The weights that a training starts from instead of initial ones: those of a checkpoint."""

from pathlib import Path

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.freezing import last_linear
from mnist_compare.experiment.checkpoint import ArrayDict, Header, read_checkpoint
from mnist_compare.experiment.misfits import require_fit
from mnist_compare.recipe.recipe import AVERAGE


def start_weights(path: Path, network: Architecture, initial: ArrayDict) -> tuple[Header, ArrayDict]:
    """What the checkpoint is of, and its arrays; of `initial` those of the last linear layer where the classes are
    others.

    Where the checkpoint has running averages, these are its weights. Raises UsageError for arrays that do not fit by
    name and shape, DataError for a file that is no checkpoint.
    """
    header, weights, state = read_checkpoint(path)
    found = {name: state.get(f"{name}.{AVERAGE}", array) for name, array in weights.items()}
    last = last_linear(network)
    for name, shape in last.parameters.items() if last else ():
        if name in found and found[name].shape[0] != shape[0] and found[name].shape[1:] == tuple(shape[1:]):
            found[name] = initial[name]
    wanted = network.parameters | network.statistics
    remedy = (
        f"It is a checkpoint of {header.architecture.name!r}; `python -m mnist_compare show {network.name}` shows the "
        "names and shapes of this network."
    )
    require_fit(f"The weights of {path} for {network.name!r}", wanted, found, remedy)
    return header, found
