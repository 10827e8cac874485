"""The programs of JAX."""

from typing import Any

from mnist_compare.architecture import ShapedLayer
from mnist_compare.recipe import Optimizer
from mnist_compare.source import Line, Task, call, line
from mnist_compare.source.modules import ModuleWriter
from mnist_compare_jax.source import layers, optimizers
from mnist_compare_jax.source.defaults import DEFAULTS
from mnist_compare_jax.source.helpers import HELPERS


class JaxWriter(ModuleWriter):
    """Modules and functions in an nnx.Sequential, and a loop around a step that is compiled."""

    name, title = "jax", "JAX"
    helpers = HELPERS
    defaults = DEFAULTS
    sequential, identity = "nnx.Sequential", "nnx.identity"

    def frame(self, task: Task) -> tuple[str, str, str]:
        head, indent, tail = super().frame(task)
        if task.exact:
            return head.replace("return ", "return in_float64("), indent, tail.replace(")\n", "))\n")
        return head, indent, tail

    def layer(self, shaped: ShapedLayer, task: Task) -> list[Line]:
        return layers.write(shaped.layer, shaped, task.exact)

    def optimizer(self, optimizer: Optimizer, task: Task) -> Line:
        rate = line("lambda step: rates[step]" if task.is_scheduled else repr(task.rate))
        clips = {"optax.clip": task.recipe.clip_value, "optax.clip_by_global_norm": task.recipe.clip_norm}
        steps = [call(name, limit) for name, limit in clips.items() if limit is not None]
        steps += optimizers.write(optimizer, rate)
        whole: Any = call("optax.chain", *steps) if len(steps) > 1 else steps[0]
        return call("nnx.Optimizer", line("network"), whole, wrt=line("nnx.Param"))


WRITER = JaxWriter()
