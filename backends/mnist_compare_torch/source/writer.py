"""The programs of PyTorch."""

from mnist_compare.architecture import ShapedLayer
from mnist_compare.recipe import Optimizer
from mnist_compare.source import Line, Task
from mnist_compare.source.modules import ModuleWriter
from mnist_compare_torch.backend import BACKEND
from mnist_compare_torch.source import layers, optimizers
from mnist_compare_torch.source.helpers import HELPERS


class TorchWriter(ModuleWriter):
    """Modules in an nn.Sequential, and a loop that is written out."""

    name, title = BACKEND.name, BACKEND.title
    helpers = HELPERS

    def layer(self, shaped: ShapedLayer, task: Task) -> list[Line]:
        return layers.write(shaped.layer, shaped)

    def optimizer(self, optimizer: Optimizer, task: Task) -> Line:
        return optimizers.write(optimizer)


WRITER = TorchWriter()
