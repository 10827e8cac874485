"""Programs in Keras on TensorFlow alone: written without importing them."""

from mnist_compare_keras.source.writer import WRITER

__all__ = ["WRITER"]
