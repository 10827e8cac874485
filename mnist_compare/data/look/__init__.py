"""A look at a data set before it is trained on: what it holds, and what may be wrong with it."""

from mnist_compare.data.look.data_warning import DataWarning
from mnist_compare.data.look.strokes import are_characters
from mnist_compare.data.look.warnings import data_warnings

__all__ = ["DataWarning", "are_characters", "data_warnings"]
