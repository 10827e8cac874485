"""Small functions and classes that a program gets where its network or its recipe needs them."""

_OPTIMIZER = """
    def build(self, variables):
        if not self.built:
            super().build(variables)
            self.kept = {{
                name: [self.add_variable_from_reference(one, name) for one in variables] for name in {names}
            }}

    def slot(self, name, variable):
        return self.kept[name][self._get_variable_index(variable)].value
"""

HELPERS = {
    "through": '''def through(x, steps):
    """What steps, one after the other, make of x."""
    for step in steps:
        x = step(x)
    return x
''',
    "residual": '''def residual(body, shortcut=()):
    """What the body makes of x, added to x or to what the shortcut makes of it."""
    return lambda x: layers.Add()([through(x, body), through(x, shortcut)])
''',
    "branches": '''def branches(*parts):
    """What each branch makes of x, joined along the channels, which are last."""
    return lambda x: layers.Concatenate()([through(x, part) for part in parts])
''',
    "auxiliary": '''heads = []


def auxiliary(weight, head):
    """Passes x on; the network has what the head makes of it as one more output."""

    def keep(x):
        heads.append((weight, through(x, head)))
        return x

    return keep
''',
    "padded_max_pooling": '''def padded_max_pooling(size, strides, padding):
    """Max pooling after a padding with minus infinity: zeros would be larger than negative values."""
    around = [[0, 0], [padding, padding], [padding, padding], [0, 0]]
    pool = layers.MaxPooling2D(size, strides)
    return lambda x: pool(keras.ops.pad(x, around, constant_values=float("-inf")))
''',
    "local_response_norm": '''def local_response_norm(size, alpha, beta, k):
    """By the mean of the squares of neighbouring channels; tf.nn.local_response_normalization takes their sum."""

    def normalize(x):
        ops, reach, (_, height, width, channels) = keras.ops, size // 2, x.shape
        squares = ops.pad(ops.square(x), ((0, 0), (0, 0), (0, 0), (reach, reach)))
        rows = ops.reshape(squares, (-1, height * width, channels + 2 * reach, 1))
        means = ops.average_pool(rows, (1, size), strides=1, data_format="channels_last")
        return x / ops.power(k + alpha * ops.reshape(means, (-1, height, width, channels)), beta)

    return normalize
''',
    "tanh_gelu": """def tanh_gelu(x):
    return x * (1 + keras.ops.tanh((x + x * x * x * 0.044715) * math.sqrt(2 / math.pi))) * 0.5
""",
    "exact_gelu": """def exact_gelu(x):
    return x * (1 + keras.ops.erf(x * math.sqrt(0.5))) * 0.5
""",
    "self_attention": '''def self_attention(heads, width):
    """Attention within one sequence: it is query, key and value."""
    attention = layers.MultiHeadAttention(heads, width)
    return lambda x: attention(x, x)
''',
    "exact_self_attention": '''def exact_self_attention(heads, width):
    """Attention within one sequence: it is query, key and value."""
    attention = layers.MultiHeadAttention(heads, width)
    attention._inverse_sqrt_key_dim = np.float64(width) ** -0.5  # Keras rounds it to float32
    return lambda x: attention(x, x)
''',
    "Positions": '''class Positions(layers.Layer):
    """Adds trained values, which begin with 0, to every position."""

    def build(self, shape):
        self.embedding = self.add_weight(name="embedding", shape=shape[1:], initializer="zeros")

    def call(self, x):
        return x + self.embedding
''',
    "fans": '''def fans(shape):
    """How many values a weight takes, and gives: [..., in, out], or of an attention [in, heads, width of a head]."""
    if len(shape) == 3:
        width = math.isqrt(math.prod(shape))
        return width, width
    return math.prod(shape[:-1]), shape[-1] * math.prod(shape[:-2])
''',
    "MomentumSGD": '''class MomentumSGD(keras.optimizers.Optimizer):
    """v = momentum v + g; w -= lr v. Keras's own SGD takes the learning rate into v, and its decay is decoupled."""

    def __init__(self, learning_rate, momentum=0.0, nesterov=False, decay=0.0):
        super().__init__(learning_rate=learning_rate)
        self.momentum, self.nesterov, self.decay = momentum, nesterov, decay
'''
    + _OPTIMIZER.format(names='("velocity",)')
    + """
    def update_step(self, gradient, variable, learning_rate):
        gradient, rate = gradient + self.decay * variable, tf.cast(learning_rate, variable.dtype)
        velocity = self.slot("velocity", variable)
        velocity.assign(self.momentum * velocity + gradient)
        ahead = gradient + self.momentum * velocity if self.nesterov else velocity
        variable.assign_sub(rate * ahead)
""",
    "MatchedAdam": '''class MatchedAdam(keras.optimizers.Optimizer):
    """Adam with epsilon added after the bias correction, as in PyTorch and Paddle: Keras's own adds it before."""

    def __init__(self, learning_rate, beta_1, beta_2, epsilon, decay=0.0, decoupled=False):
        super().__init__(learning_rate=learning_rate)
        self.beta_1, self.beta_2, self.epsilon, self.decay, self.decoupled = beta_1, beta_2, epsilon, decay, decoupled
'''
    + _OPTIMIZER.format(names='("first", "second")')
    + """
    def update_step(self, gradient, variable, learning_rate):
        dtype, number = variable.dtype, tf.cast(self.iterations + 1, tf.float64)
        rate = tf.cast(learning_rate, dtype)
        if self.decay and self.decoupled:
            variable.assign_sub(rate * self.decay * variable)
        elif self.decay:
            gradient = gradient + self.decay * variable
        first, second = self.slot("first", variable), self.slot("second", variable)
        first.assign(self.beta_1 * first + (1 - self.beta_1) * gradient)
        second.assign(self.beta_2 * second + (1 - self.beta_2) * tf.square(gradient))
        correction_1, correction_2 = (
            tf.cast(1 - tf.pow(tf.constant(beta, tf.float64), number), dtype) for beta in (self.beta_1, self.beta_2)
        )
        root = tf.sqrt(second) / tf.sqrt(correction_2) + self.epsilon
        variable.assign_sub(rate / correction_1 * first / root)
""",
    "MatchedRMSprop": '''class MatchedRMSprop(keras.optimizers.Optimizer):
    """RMSprop with epsilon added to the root: Keras's own adds it in the root, and takes the learning rate into v."""

    def __init__(self, learning_rate, rho, epsilon, momentum=0.0, centered=False, decay=0.0):
        super().__init__(learning_rate=learning_rate)
        self.rho, self.epsilon, self.momentum, self.centered, self.decay = rho, epsilon, momentum, centered, decay
'''
    + _OPTIMIZER.format(names='("square", "mean", "velocity")')
    + """
    def update_step(self, gradient, variable, learning_rate):
        gradient, rate = gradient + self.decay * variable, tf.cast(learning_rate, variable.dtype)
        square, mean, velocity = (self.slot(name, variable) for name in ("square", "mean", "velocity"))
        square.assign(self.rho * square + (1 - self.rho) * tf.square(gradient))
        spread = square
        if self.centered:
            mean.assign(self.rho * mean + (1 - self.rho) * gradient)
            spread = square - tf.square(mean)
        velocity.assign(self.momentum * velocity + gradient / (tf.sqrt(spread) + self.epsilon))
        variable.assign_sub(rate * velocity)
""",
    "MatchedAdagrad": '''class MatchedAdagrad(keras.optimizers.Optimizer):
    """Adagrad with epsilon added to the root: Keras's own adds it in the root, and its sum begins with 0.1."""

    def __init__(self, learning_rate, epsilon, first_sum=0.0, decay=0.0):
        super().__init__(learning_rate=learning_rate)
        self.epsilon, self.first_sum, self.decay = epsilon, first_sum, decay

    def build(self, variables):
        if not self.built:
            super().build(variables)
            start = keras.initializers.Constant(self.first_sum)
            self.sums = [self.add_variable_from_reference(one, "sum", initializer=start) for one in variables]

    def update_step(self, gradient, variable, learning_rate):
        gradient, rate = gradient + self.decay * variable, tf.cast(learning_rate, variable.dtype)
        sums = self.sums[self._get_variable_index(variable)].value
        sums.assign_add(tf.square(gradient))
        variable.assign_sub(rate * gradient / (tf.sqrt(sums) + self.epsilon))
''',
    "MatchedAdadelta": '''class MatchedAdadelta(keras.optimizers.Optimizer):
    """Adadelta, as Keras's own but for the weight decay, which is added to the gradient."""

    def __init__(self, learning_rate, rho, epsilon, decay):
        super().__init__(learning_rate=learning_rate)
        self.rho, self.epsilon, self.decay = rho, epsilon, decay
'''
    + _OPTIMIZER.format(names='("square", "change")')
    + """
    def update_step(self, gradient, variable, learning_rate):
        gradient, rate = gradient + self.decay * variable, tf.cast(learning_rate, variable.dtype)
        square, changes = self.slot("square", variable), self.slot("change", variable)
        square.assign(self.rho * square + (1 - self.rho) * tf.square(gradient))
        change = tf.sqrt(changes + self.epsilon) * gradient / tf.sqrt(square + self.epsilon)
        changes.assign(self.rho * changes + (1 - self.rho) * tf.square(change))
        variable.assign_sub(rate * change)
""",
}
