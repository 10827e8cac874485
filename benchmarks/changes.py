"""Changes to an adapter, by name: other choices that are no passes. They show what its own are worth.

Each is made in the process that measures, after the framework is imported and before a network is built.
"""

from typing import Any

from mnist_compare.lowering import one_thread


def torch_optimizer() -> None:
    """The `step` of an optimizer object of torch.optim, as it is by default."""
    from mnist_compare_torch import experiment
    from mnist_compare_torch.optimizers.native import make_native_optimizer

    setting(experiment, "make_optimizer", make_native_optimizer)


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


def paddle_unfold() -> None:
    """A convolution as a rearrangement of the batch and a product of matrices."""
    from paddle import nn

    from mnist_compare_paddle.layers import convolution

    def forward(self: Any, x: Any) -> Any:
        columns = nn.functional.unfold(x, self.weight.shape[2:], self.stride, self.padding)
        y = self.weight.flatten(1) @ columns + self.bias.unsqueeze(1)
        side = round(y.shape[2] ** 0.5)
        return y.reshape([*y.shape[:2], side, side])

    setting(convolution.LateBiasConvolution, "forward", forward)


def paddle_one_thread() -> None:
    """One thread, in networks of linear layers too."""
    setting(one_thread, "useful_threads", lambda layers, setting: 1)


def setting(owner: object, name: str, value: object) -> None:
    """Put the value in place of what a module or a class has under that name."""
    assert hasattr(owner, name)
    setattr(owner, name, value)
