"""The optimizers of a recipe: Paddle's own, or plain operations where those do otherwise than the others."""

from mnist_compare_paddle.optimizers import plain, stock
from mnist_compare_paddle.optimizers.dispatch import make_optimizer

__all__ = ["make_optimizer", "plain", "stock"]
