"""JAX with flax.nnx and optax. It trains nothing: there is no backend here, only what writes programs."""
