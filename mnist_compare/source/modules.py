"""What programs of frameworks have in common whose networks are modules in an nn.Sequential."""

from string import Template

from mnist_compare.architecture import Auxiliary, Branches, Residual, ShapedLayer
from mnist_compare.errors import UsageError
from mnist_compare.io.registry import tag_of
from mnist_compare.source.line import Line, block, line
from mnist_compare.source.task import Task
from mnist_compare.source.writer import Writer

_HELPERS = {
    "Residual": '''class Residual($module):
    """What the body makes of x, added to x or to what the shortcut makes of it."""

    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body, self.shortcut = body, shortcut or nn.Identity()

    def forward(self, x):
        return self.body(x) + self.shortcut(x)
''',
    "Branches": '''class Branches($module):
    """What each branch makes of x, joined along the channels."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = ${module}List(branches)

    def forward(self, x):
        return $join([branch(x) for branch in self.branches], 1)
''',
    "Auxiliary": '''class Auxiliary($module):
    """Passes x on; in training it keeps what the head makes of x, which the loss takes in."""

    def __init__(self, weight, head):
        super().__init__()
        self.weight, self.head = weight, head

    def forward(self, x):
        self.output = self.head(x) if self.training else None
        return x
''',
    "AllOutputs": '''class AllOutputs($module):
    """The output at every position."""

    def __init__(self, layers):
        super().__init__()
        self.layers = without_second_bias(layers)

    def forward(self, x):
        return self.layers(x)[0]
''',
    "SequenceMean": '''class SequenceMean($module):
    """The mean over the positions."""

    def forward(self, x):
        return x.mean(1)
''',
}


def module_helpers(module: str, join: str) -> dict[str, str]:
    """The helpers that such frameworks have in common; `module` is their base, "nn.Module", and `join` the function
    that puts tensors side by side.
    """
    return {name: Template(text).substitute(module=module, join=join) for name, text in _HELPERS.items()}


class ModuleWriter(Writer):
    """Modules one after the other, and a loop that is written out.

    `sequential` is the module that holds them, and `identity` the expression of one that changes nothing.
    """

    sequential = "nn.Sequential"
    identity = "nn.Identity()"

    def frame(self, task: Task) -> tuple[str, str, str]:
        return f"\n\ndef make_network():\n    return {self.sequential}(\n", " " * 8, "    )\n"

    def composite(self, shaped: ShapedLayer, parts: list[list[Line]]) -> list[Line]:
        whole = [block(f"{self.sequential}(", part, ")") if part else line(self.identity) for part in parts]
        if isinstance(shaped.layer, Residual):
            return [block("Residual(", whole if parts[1] else whole[:1], ")")]
        if isinstance(shaped.layer, Branches):
            return [block("Branches(", whole, ")")]
        if isinstance(shaped.layer, Auxiliary):
            return [block("Auxiliary(", [line(repr(shaped.layer.weight)), *whole], ")")]
        raise UsageError(
            f"No {self.title} program is written for the layer {tag_of(shaped.layer)!r}, which holds others."
        )
