"""The optimizers of a recipe: torch's own updates, or plain operations where they are others."""

from mnist_compare_torch.optimizers import foreach, fused, plain
from mnist_compare_torch.optimizers.dispatch import Slots, UpdateRule, make_optimizer

__all__ = ["Slots", "UpdateRule", "foreach", "fused", "make_optimizer", "plain"]
