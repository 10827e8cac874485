"""Small modules that a program gets where its network needs them."""

from mnist_compare.source.modules import module_helpers

SHARED = module_helpers("nn.Layer", "paddle.concat")
HELPERS = {
    "Residual": SHARED["Residual"],
    "Branches": SHARED["Branches"],
    "Auxiliary": SHARED["Auxiliary"],
    "LeakyReLU": '''class LeakyReLU(nn.Layer):
    """Leaky ReLU whose gradient at 0 is the slope."""

    def __init__(self, slope):
        super().__init__()
        self.slope = slope

    def forward(self, x):
        return paddle.where(x > 0, x, self.slope * x)
''',
    "Mean": '''class Mean(nn.Layer):
    """The mean of each channel."""

    def forward(self, x):
        return x.mean([2, 3], keepdim=True)
''',
    "Means": '''class Means(nn.Layer):
    """The means of bins, by products with matrices of the pixels' shares in them."""

    def __init__(self, sides, counts):
        super().__init__()
        self.rows, self.columns = (shares(*one) for one in zip(sides, counts))

    def forward(self, x):
        return paddle.matmul(paddle.matmul(self.rows, x), self.columns.t())
''',
    "shares": '''def shares(side, count):
    """Of each bin (a row) the shares of the pixels of a side in its mean."""
    bins = [(number * side // count, -(-(number + 1) * side // count)) for number in range(count)]
    return paddle.to_tensor(
        [[(first <= pixel < end) / (end - first) for pixel in range(side)] for first, end in bins],
        paddle.get_default_dtype(),
    )
''',
    "ResponseNorm": '''class ResponseNorm(nn.Layer):
    """Local response norm by sums."""

    def __init__(self, size, alpha, beta, k):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x):
        reach, channels = self.size // 2, x.shape[1]
        squares = nn.functional.pad(x * x, [0, 0, reach, reach, 0, 0, 0, 0])
        total = sum(squares[:, start : start + channels] for start in range(self.size))
        return x / paddle.pow(self.k + self.alpha * (total / paddle.full([1], self.size, x.dtype)), self.beta)
''',
    "LastOutput": '''class LastOutput(nn.Layer):
    """The last state of each direction, side by side: outputs[:, -1] has the other direction's first one."""

    def __init__(self, layers):
        super().__init__()
        self.layers = without_second_bias(layers)

    def forward(self, x):
        _, state = self.layers(x)
        hidden = state[0] if isinstance(state, tuple) else state
        return paddle.concat([hidden[-2], hidden[-1]], 1) if self.layers.num_directions == 2 else hidden[-1]
''',
    "AllOutputs": SHARED["AllOutputs"],
    "without_second_bias": '''def without_second_bias(layers):
    """Of Paddle's two biases only the sum means anything, but in a GRU: the second stays 0."""
    for bias in second_biases(layers):
        bias.set_value(paddle.zeros_like(bias))
    return layers
''',
    "trained_parameters": '''def trained_parameters(network):
    """The parameters, without the second biases of recurrent layers."""
    fixed = {id(bias) for layer in network.sublayers() for bias in second_biases(layer)}
    return [parameter for parameter in network.parameters() if id(parameter) not in fixed]
''',
    "second_biases": '''def second_biases(layer):
    """Those of a recurrent layer that is no GRU."""
    if not isinstance(layer, (nn.SimpleRNN, nn.LSTM)):
        return []
    ends = ["", "_reverse"][: layer.num_directions]
    return [getattr(layer, f"bias_hh_l{number}{end}") for number in range(layer.num_layers) for end in ends]
''',
    "Sequence": '''class Sequence(nn.Layer):
    """Pixels [N, C, H, W] as a sequence [N, H W, C]."""

    def forward(self, x):
        return x.flatten(2).transpose([0, 2, 1])
''',
    "Positions": '''class Positions(nn.Layer):
    """Adds trained values, which begin with 0, to every position."""

    def __init__(self, length, width):
        super().__init__()
        self.weight = self.create_parameter([length, width], default_initializer=nn.initializer.Constant(0.0))

    def forward(self, x):
        return x + self.weight
''',
    "SequenceMean": SHARED["SequenceMean"],
}
