"""Programs in Paddle alone: written without importing it."""

from mnist_compare_paddle.source.writer import WRITER

__all__ = ["WRITER"]
