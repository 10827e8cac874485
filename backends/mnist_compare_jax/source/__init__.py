"""Programs in JAX, with flax.nnx and optax: written without importing them."""

from mnist_compare_jax.source.writer import WRITER

__all__ = ["WRITER"]
