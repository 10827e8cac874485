"""Changes to an adapter, by name: what it would do if it had made another choice. They show what its own is worth.

Each is made in the process that measures, after the framework is imported and before a network is built.
"""

from typing import Any

from mnist_compare.architecture import ShapedLayer
from mnist_compare.lowering.layout import ChannelsLast


def torch_channels_first() -> None:
    """Convolutions in PyTorch's default layout."""
    import torch

    from mnist_compare_torch import experiment

    setting(torch, "channels_last", torch.contiguous_format)
    setting(experiment, "ChannelsLast", _no_order)


def torch_order() -> None:
    """Values are put into PyTorch's own order in front of the linear layer, in every step."""
    from mnist_compare_torch import experiment

    setting(experiment, "ChannelsLast", _no_order)


def torch_optimizer() -> None:
    """The `step` of an optimizer object of torch.optim, as it is by default."""
    from mnist_compare_torch import experiment
    from mnist_compare_torch.optimizers import NativeOptimizer

    setting(experiment, "make_optimizer", NativeOptimizer)


def torch_relu() -> None:
    """Every bias and ReLU where the network has it."""
    from mnist_compare_torch import experiment

    setting(experiment, "pool_first", _as_they_are)


def torch_early_bias() -> None:
    """The bias of a convolution in front of the pooling that follows it."""
    from mnist_compare_torch import modules

    setting(modules, "pooled_biases", _no_biases)


def keras_whole_batches() -> None:
    """No parts of a batch: operations share the threads, and so do several operations at once."""
    from mnist_compare_keras import experiment
    from mnist_compare_keras.threads import Sharing

    setting(experiment, "sharing", lambda architecture, batch_size, threads: Sharing(1, threads, threads))


def keras_order() -> None:
    """Values are put into the canonical order in front of the linear layer, in every step."""
    from mnist_compare_keras import experiment

    setting(experiment, "ChannelsLast", _no_order)


def keras_early_bias() -> None:
    """The bias of a convolution in front of the pooling that follows it."""
    from mnist_compare_keras import layers

    setting(layers, "pooled_biases", _no_biases)


def keras_relu() -> None:
    """Every bias and ReLU where the network has it."""
    from mnist_compare_keras import experiment

    setting(experiment, "pool_first", _as_they_are)


def keras_adam() -> None:
    """TensorFlow's own operation for a whole step of Adam."""
    import tensorflow as tf

    from mnist_compare_keras.optimizers import MatchedAdam

    def update_step(self: Any, gradient: Any, variable: Any, learning_rate: Any) -> None:
        recipe, number = self.recipe, tf.cast(self.number, tf.float64)
        assert not recipe.weight_decay
        first, second = self.slot("first_moment", variable).value, self.slot("second_moment", variable).value
        power1, power2 = (tf.pow(tf.constant(beta, tf.float64), number) for beta in (recipe.beta1, recipe.beta2))
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=first.handle,
            v=second.handle,
            beta1_power=tf.cast(power1, variable.dtype),
            beta2_power=tf.cast(power2, variable.dtype),
            lr=tf.cast(self.rate, variable.dtype),
            beta1=tf.constant(recipe.beta1, variable.dtype),
            beta2=tf.constant(recipe.beta2, variable.dtype),
            # It adds epsilon before it corrects the bias, the adapter after that.
            epsilon=tf.cast(recipe.epsilon * tf.sqrt(1 - power2), variable.dtype),
            grad=gradient,
        )

    setting(MatchedAdam, "update_step", update_step)


def paddle_bias() -> None:
    """The bias as Paddle's convolution adds it."""
    from paddle import nn

    from mnist_compare_paddle import layers

    paddle_early_bias()
    setting(layers, "FastBiasConv2D", nn.Conv2D)


def paddle_early_bias() -> None:
    """The bias of a convolution in front of the pooling that follows it."""
    from mnist_compare_paddle import layers

    setting(layers, "pooled_biases", _no_biases)


def paddle_unfold() -> None:
    """A convolution as a rearrangement of the batch and a product of matrices."""
    from paddle import nn

    from mnist_compare_paddle import layers

    def forward(self: Any, x: Any) -> Any:
        columns = nn.functional.unfold(x, self.weight.shape[2:], self._stride, self._padding)
        y = self.weight.flatten(1) @ columns + self.bias.unsqueeze(1)
        side = round(y.shape[2] ** 0.5)
        return y.reshape([*y.shape[:2], side, side])

    paddle_early_bias()
    setting(layers.FastBiasConv2D, "forward", forward)


def paddle_one_thread() -> None:
    """One thread, in networks of linear layers too."""
    from mnist_compare_paddle import experiment

    setting(experiment, "useful_threads", lambda architecture, batch_size, given: 1)


def paddle_threads() -> None:
    """All threads, where there are small convolutions too."""
    from mnist_compare_paddle import experiment

    setting(experiment, "useful_threads", lambda architecture, batch_size, given: given)


def paddle_relu() -> None:
    """Every bias and ReLU where the network has it."""
    from mnist_compare_paddle import experiment

    setting(experiment, "pool_first", _as_they_are)


def setting(owner: object, name: str, value: object) -> None:
    """Put the value in place of what a module or a class has under that name."""
    assert hasattr(owner, name)
    setattr(owner, name, value)


def _no_order(layers: tuple[ShapedLayer, ...]) -> ChannelsLast:
    return ChannelsLast(())


def _no_biases(layers: tuple[ShapedLayer, ...]) -> dict[str, str]:
    return {}


def _as_they_are(layers: tuple[ShapedLayer, ...]) -> tuple[ShapedLayer, ...]:
    return layers
