"""Small functions and modules that a program gets where its network or its recipe needs them."""

HELPERS = {
    "flatten": '''def flatten(x):
    """A row for each image."""
    return x.reshape(len(x), -1)
''',
    "Residual": '''class Residual(nnx.Module):
    """What the body makes of x, added to x or to what the shortcut makes of it."""

    def __init__(self, body, shortcut=nnx.identity):
        self.body, self.shortcut = body, shortcut

    def __call__(self, x):
        return self.body(x) + self.shortcut(x)
''',
    "Branches": '''class Branches(nnx.Module):
    """What each branch makes of x, joined along the channels, which are last."""

    def __init__(self, *branches):
        self.branches = nnx.List(branches)

    def __call__(self, x):
        return jnp.concatenate([branch(x) for branch in self.branches], -1)
''',
    "Auxiliary": '''class Auxiliary(nnx.Module):
    """Passes x on; in training it keeps what the head makes of x, which the loss takes in."""

    def __init__(self, weight, head):
        self.weight, self.head, self.deterministic = weight, head, False

    def __call__(self, x):
        if not self.deterministic:  # train() and eval() say so, as in a dropout
            self.output = nnx.Intermediate(self.head(x))
        return x
''',
    "leaky_relu": '''def leaky_relu(x, slope):
    """Leaky ReLU whose gradient at 0 is the slope; that of nnx.leaky_relu is 1."""
    return jnp.where(x > 0, x, slope * x)
''',
    "adaptive_avg_pool": '''def adaptive_avg_pool(x, size):
    """The means of bins, by products with matrices of the pixels' shares in them."""
    rows, columns = (shares(*one) for one in zip(x.shape[1:3], size))
    return jnp.einsum("ih,nhwc,jw->nijc", rows, x, columns)
''',
    "shares": '''def shares(side, count):
    """Of each bin (a row) the shares of the pixels of a side in its mean."""
    bins = [(number * side // count, -(-(number + 1) * side // count)) for number in range(count)]
    return jnp.array([[(first <= pixel < end) / (end - first) for pixel in range(side)] for first, end in bins])
''',
    "local_response_norm": '''def local_response_norm(x, size, alpha, beta, k):
    """By the mean of the squares of neighbouring channels, as in PyTorch: flax has none."""
    reach, channels = size // 2, x.shape[-1]
    squares = jnp.pad(x * x, ((0, 0), (0, 0), (0, 0), (reach, reach)))
    total = sum(squares[..., start : start + channels] for start in range(size))
    return x / (k + alpha * (total / size)) ** beta
''',
    "last_output": '''def last_output(x):
    """The output at the last position."""
    return x[:, -1]
''',
    "last_outputs": '''def last_outputs(x):
    """The last output of each direction, side by side: that from the end is at the first position."""
    forward, backward = jnp.split(x, 2, axis=-1)
    return jnp.concatenate([forward[:, -1], backward[:, 0]], -1)
''',
    "TwoBiasGRUCell": '''class TwoBiasGRUCell(nnx.GRUCell):
    """With a bias in the product with the state, too, as in PyTorch, Keras and Paddle."""

    def __init__(self, in_features, hidden_features, **given):
        super().__init__(in_features, hidden_features, **given)
        self.dense_h = nnx.Linear(hidden_features, 3 * hidden_features, **given)
''',
    "ResetFirstGRUCell": '''class ResetFirstGRUCell(nnx.GRUCell):
    """With the reset before the product with the state; in nnx.GRUCell it comes after that."""

    def __call__(self, h, x):
        from_x, kernels = jnp.split(self.dense_i(x), 3, -1), jnp.split(self.dense_h.kernel[...], 3, -1)
        r, z = (nnx.sigmoid(one + h @ kernel) for one, kernel in zip(from_x[:2], kernels))
        h = (1 - z) * jnp.tanh(from_x[2] + (r * h) @ kernels[2]) + z * h
        return h, h
''',
    "attention_in_float64": '''def attention_in_float64(query, key, value, **given):
    """That of flax computes its softmax in float32."""
    scores = jnp.einsum("nqhd,nkhd->nhqk", query, key) / math.sqrt(query.shape[-1])
    return jnp.einsum("nhqk,nkhd->nqhd", nnx.softmax(scores), value)
''',
    "as_sequence": '''def as_sequence(x):
    """Pixels [N, H, W, C] as a sequence [N, H W, C]."""
    return x.reshape(len(x), -1, x.shape[-1])
''',
    "Positions": '''class Positions(nnx.Module):
    """Adds trained values, which begin with 0, to every position."""

    def __init__(self, length, width):
        self.embedding = nnx.Param(jnp.zeros((length, width)))

    def __call__(self, x):
        return x + self.embedding
''',
    "in_float64": '''def in_float64(network):
    """Flax makes parameters and running statistics in float32, whatever jax_enable_x64 says."""
    state = nnx.state(network, (nnx.Param, nnx.BatchStat))
    nnx.update(network, jax.tree.map(lambda array: array.astype(jnp.float64), state))
    return network
''',
    "scale_by_adagrad": '''def scale_by_adagrad(epsilon, first_sum=0.0):
    """Adagrad with epsilon added to the root: optax.adagrad adds it in the root, and its sum begins with 0.1."""

    def start(weights):
        return jax.tree.map(lambda weight: jnp.full_like(weight, first_sum), weights)

    def update(gradients, sums, weights=None):
        sums = jax.tree.map(lambda total, gradient: total + gradient**2, sums, gradients)
        return jax.tree.map(lambda gradient, total: gradient / (jnp.sqrt(total) + epsilon), gradients, sums), sums

    return optax.GradientTransformation(start, update)
''',
    "draw": '''def draw(module, fan_in):
    """Kernel and bias, uniform up to 1 / sqrt(fan_in)."""
    bound = 1 / math.sqrt(fan_in)
    for array in (module.kernel, module.bias):
        if array is not None:
            array[...] = jax.random.uniform(rngs.params(), array.shape, array.dtype, -bound, bound)
''',
}
