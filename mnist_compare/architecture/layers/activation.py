"""Activations: functions of each value alone, and softmax."""

from mnist_compare.architecture.layers.base import Layer, Shape


class _Activation(Layer, frozen=True):
    """A function of the values of an image, in whatever order they come."""

    image_by_image = True
    any_order = True


class ReLU(_Activation, frozen=True, tag="relu", forbid_unknown_fields=True):
    """max(x, 0), of inputs of any shape.

    >>> ReLU().output_shape((8, 14, 14))
    (8, 14, 14)
    """

    prefix = "relu"


class LeakyReLU(_Activation, frozen=True, tag="leaky_relu", forbid_unknown_fields=True):
    """max(x, 0) + slope min(x, 0), of inputs of any shape; at 0 the gradient is the slope.

    Options:
        slope: of negative values, at least 0. Keras takes 0.3 where nothing is said, PyTorch and Paddle 0.01.

    >>> LeakyReLU()
    LeakyReLU(slope=0.01)
    """

    prefix = "leaky_relu"
    slope: float = 0.01

    def output_shape(self, shape: Shape) -> Shape:
        if not self.slope >= 0:
            raise ValueError(f"slope must not be negative (it is {self.slope})")
        return shape


class ELU(_Activation, frozen=True, tag="elu", forbid_unknown_fields=True):
    """max(x, 0) + alpha (exp(min(x, 0)) - 1), of inputs of any shape.

    Options:
        alpha: minus the value that large negative inputs come to, above 0.

    >>> ELU()
    ELU(alpha=1.0)
    """

    prefix = "elu"
    alpha: float = 1.0

    def output_shape(self, shape: Shape) -> Shape:
        if not self.alpha > 0:
            raise ValueError(f"alpha must be above 0 (it is {self.alpha})")
        return shape


class Sigmoid(_Activation, frozen=True, tag="sigmoid", forbid_unknown_fields=True):
    """1 / (1 + exp(-x)), of inputs of any shape.

    >>> Sigmoid().output_shape((120,))
    (120,)
    """

    prefix = "sigmoid"


class Tanh(_Activation, frozen=True, tag="tanh", forbid_unknown_fields=True):
    """tanh(x), of inputs of any shape.

    >>> Tanh().output_shape((120,))
    (120,)
    """

    prefix = "tanh"


class SiLU(_Activation, frozen=True, tag="silu", forbid_unknown_fields=True):
    """Swish: x / (1 + exp(-x)), of inputs of any shape.

    >>> SiLU().output_shape((120,))
    (120,)
    """

    prefix = "silu"


class GELU(_Activation, frozen=True, tag="gelu", forbid_unknown_fields=True):
    """The input times the share of a normal distribution below it: x (1 + erf(x / sqrt(2))) / 2.

    Options:
        approximate: whether it is computed as x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 instead, which is up to
            5e-4 off.

    >>> GELU()
    GELU(approximate=False)
    """

    prefix = "gelu"
    approximate: bool = False


class Softplus(_Activation, frozen=True, tag="softplus", forbid_unknown_fields=True):
    """log(1 + exp(x)), of inputs of any shape, however large: PyTorch and Paddle take x itself above 20.

    >>> Softplus().output_shape((120,))
    (120,)
    """

    prefix = "softplus"


class Softmax(_Activation, frozen=True, tag="softmax", forbid_unknown_fields=True):
    """exp(x) over the sum of exp(x) of all features, of all channels of a pixel, or of all values of an element of a
    sequence.

    It stands within a network: the loss takes logits, so no network ends with it.

    >>> Softmax().output_shape((10,))
    (10,)
    """

    prefix = "softmax"

    def axis(self, shape: Shape) -> int:
        """The axis that is summed over in a batch of samples of `shape`: that of the channels, or of the width."""
        return 2 if len(shape) == 2 else 1
