"""Programs in PyTorch alone: written without importing it."""

from mnist_compare_torch.source.writer import WRITER

__all__ = ["WRITER"]
