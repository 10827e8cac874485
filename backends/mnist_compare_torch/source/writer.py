"""The programs of PyTorch."""

from mnist_compare.architecture import Auxiliary, Branches, Residual, ShapedLayer
from mnist_compare.recipe import Optimizer
from mnist_compare.source import Line, Task, Writer, block, line
from mnist_compare_torch.backend import BACKEND
from mnist_compare_torch.source import layers, optimizers
from mnist_compare_torch.source.helpers import HELPERS


class TorchWriter(Writer):
    """Modules in an nn.Sequential, and a loop that is written out."""

    backend = BACKEND
    helpers = HELPERS

    def frame(self, task: Task) -> tuple[str, str, str]:
        return "\n\ndef make_network():\n    return nn.Sequential(\n", " " * 8, "    )\n"

    def layer(self, shaped: ShapedLayer, task: Task) -> list[Line]:
        return layers.write(shaped.layer, shaped)

    def composite(self, shaped: ShapedLayer, parts: list[list[Line]]) -> list[Line]:
        whole = [block("nn.Sequential(", part, ")") if part else line("nn.Identity()") for part in parts]
        if isinstance(shaped.layer, Residual):
            return [block("Residual(", whole if parts[1] else whole[:1], ")")]
        if isinstance(shaped.layer, Branches):
            return [block("Branches(", whole, ")")]
        if isinstance(shaped.layer, Auxiliary):
            return [block("Auxiliary(", [line(repr(shaped.layer.weight)), *whole], ")")]
        raise BACKEND.lacks("layer", shaped.layer, "source.writer.TorchWriter.composite")

    def optimizer(self, optimizer: Optimizer, task: Task) -> Line:
        return optimizers.write(optimizer)


WRITER = TorchWriter()
