"""The ledger of semantics: where the frameworks differ, what makes them the same, and what shows that it does.

Seen on PyTorch 2.13, Keras 3.15 on TensorFlow 2.21 and PaddlePaddle 3.3, on CPU.
"""

from mnist_compare.certify.ledger.activation import ACTIVATION
from mnist_compare.certify.ledger.composition import COMPOSITION
from mnist_compare.certify.ledger.convolution import CONVOLUTION
from mnist_compare.certify.ledger.entry import LedgerEntry
from mnist_compare.certify.ledger.layers import LAYERS
from mnist_compare.certify.ledger.normalization import NORMALIZATION
from mnist_compare.certify.ledger.optimizers import OPTIMIZERS
from mnist_compare.certify.ledger.pooling import POOLING
from mnist_compare.certify.ledger.sequence import SEQUENCE
from mnist_compare.certify.ledger.training import TRAINING
from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING

__all__ = ["LEDGER", "LedgerEntry", "ledger_table"]

LEDGER = TRAINING + OPTIMIZERS + LAYERS + COMPOSITION + NORMALIZATION + SEQUENCE + CONVOLUTION + POOLING + ACTIVATION


def ledger_table() -> Table:
    """The ledger as a table."""
    columns = ("topic", "PyTorch", "Keras", "Paddle", "in all", "planted faults", "test")
    rows = [
        (
            row.topic,
            row.torch,
            row.keras,
            row.paddle,
            row.translation,
            "; ".join(row.faults) or NOTHING,
            _name(row.test),
        )
        for row in LEDGER
    ]
    return Table("Ledger of semantics", columns, tuple(rows))


def _name(test: str) -> str:
    return test.rpartition("::")[2]
