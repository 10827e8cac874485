"""The programs of Paddle."""

from mnist_compare.architecture import ShapedLayer
from mnist_compare.recipe import Optimizer
from mnist_compare.source import Line, Task, line
from mnist_compare.source.modules import ModuleWriter
from mnist_compare_paddle.backend import BACKEND
from mnist_compare_paddle.source import layers, optimizers
from mnist_compare_paddle.source.helpers import HELPERS


class PaddleWriter(ModuleWriter):
    """Layers in an nn.Sequential, and a loop that is written out."""

    name, title = BACKEND.name, BACKEND.title
    helpers = HELPERS

    def layer(self, shaped: ShapedLayer, task: Task) -> list[Line]:
        return layers.write(shaped.layer, shaped, task.exact)

    def optimizer(self, optimizer: Optimizer, task: Task) -> Line:
        one_bias = task.has("RNN") or task.has("LSTM")
        return optimizers.write(optimizer, line("trained_parameters(network)" if one_bias else "network.parameters()"))


WRITER = PaddleWriter()
