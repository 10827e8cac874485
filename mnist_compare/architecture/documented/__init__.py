"""The documented networks, one file each, and how a user's own is found."""

from pathlib import Path

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.classic import CLASSIC, IMAGENET
from mnist_compare.architecture.documented.alexnet import ALEXNET
from mnist_compare.architecture.documented.cnn import CNN
from mnist_compare.architecture.documented.convnet import CONVNET
from mnist_compare.architecture.documented.gru import GRU_NETWORK
from mnist_compare.architecture.documented.keras_example import KERAS_EXAMPLE
from mnist_compare.architecture.documented.lenet import LENET
from mnist_compare.architecture.documented.linear import LINEAR
from mnist_compare.architecture.documented.lstm import LSTM_NETWORK
from mnist_compare.architecture.documented.mlp import MLP
from mnist_compare.architecture.documented.paddle_example import PADDLE_EXAMPLE
from mnist_compare.architecture.documented.pytorch_example import PYTORCH_EXAMPLE
from mnist_compare.architecture.documented.rnn import RNN_NETWORK
from mnist_compare.architecture.documented.speedrun import SPEEDRUN
from mnist_compare.architecture.documented.vit import VIT
from mnist_compare.errors import ArchitectureError, unknown
from mnist_compare.io.reading import user_path
from mnist_compare.io.toml import read_toml
from mnist_compare.recipe import Recipe, find_recipe

MAX_NAME_BYTES = 100  # a file's name has 255, of which backend, seed and key take some

_DOCUMENTED = (
    LINEAR,
    MLP,
    CNN,
    LENET,
    CONVNET,
    ALEXNET,
    SPEEDRUN,
    PYTORCH_EXAMPLE,
    KERAS_EXAMPLE,
    PADDLE_EXAMPLE,
    RNN_NETWORK,
    GRU_NETWORK,
    LSTM_NETWORK,
    VIT,
)
ARCHITECTURES: dict[str, Architecture] = {a.name: a for a in _DOCUMENTED}
"""Those of the documents and of the frameworks' own examples, and one of this project: what `all` stands for."""

NETWORKS: dict[str, Architecture] = ARCHITECTURES | CLASSIC | IMAGENET
"""All that have a name here."""


def find_architecture(name: str) -> Architecture:
    """The network of that name, or the one in the TOML file of that path.

    Raises UsageError for an unknown name, ArchitectureError for a file that does not describe a network.
    """
    if name in NETWORKS:
        return NETWORKS[name]
    if name.endswith(".toml"):
        return read_architecture(user_path(name))
    raise unknown("architecture", name, NETWORKS, "Or give the path of a .toml file.")


def read_architecture(path: Path) -> Architecture:
    """The network that a TOML file describes. Its recipe is checked; its shapes are once its images are known."""
    remedy = " `show cnn --toml` prints a valid file to start from."
    architecture = read_toml(path, Architecture, "an architecture", ArchitectureError, remedy)
    check_name(architecture.name)
    documented = NETWORKS.get(architecture.name)
    if documented and architecture not in (documented, documented.alone):
        raise ArchitectureError(f"{path}: {architecture.name!r} is the name of a network that is here: choose another.")
    default_recipe(architecture)
    return architecture


def check_name(name: str) -> None:
    """Raise ArchitectureError for a name that cannot stand in the name of a file."""
    if not name.replace("-", "_").isidentifier():
        raise ArchitectureError(f"An architecture's name must be letters, digits, - and _ (it is {name!r}).")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise ArchitectureError(f"An architecture's name must have {MAX_NAME_BYTES} bytes at most (it is {name!r}).")


def default_recipe(architecture: Architecture) -> Recipe:
    """The recipe that comes with the network."""
    recipe = architecture.recipe
    return recipe.check() if isinstance(recipe, Recipe) else find_recipe(recipe)
