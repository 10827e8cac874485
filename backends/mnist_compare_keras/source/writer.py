"""The programs of Keras on TensorFlow."""

from mnist_compare.architecture import Auxiliary, Branches, Residual, ShapedLayer
from mnist_compare.recipe import Optimizer
from mnist_compare.source import Line, Task, Writer, block, line
from mnist_compare_keras.backend import BACKEND
from mnist_compare_keras.source import layers, optimizers
from mnist_compare_keras.source.helpers import HELPERS


class KerasWriter(Writer):
    """Layers in a keras.Sequential or in the functional API, and a loop that is written out."""

    name, title = BACKEND.name, BACKEND.title
    helpers = HELPERS

    def frame(self, task: Task) -> tuple[str, str, str]:
        channels, height, width = task.layers[0].input_shape
        made = f"layers.Input(({height}, {width}, {channels}))"
        if self._is_sequential(task):
            head = f"    return keras.Sequential([\n        {made},  # channels last\n"
            return f"\n\ndef make_network():\n{head}", " " * 8, "    ])\n"
        cleared = "    heads.clear()\n" * bool(task.heads)
        outputs = "[x, *(output for _, output in heads)]" if task.heads else "x"
        head = f"{cleared}    image = {made}  # channels last\n    x = through(image, [\n"
        return f"\n\ndef make_network():\n{head}", " " * 8, f"    ])\n    return keras.Model(image, {outputs})\n"

    def _is_sequential(self, task: Task) -> bool:
        """Whether there are layers alone, and no functions between them."""
        if not task.is_flat:
            return False
        found = [one for shaped in task.layers for one in self.layer(shaped, task)]
        return all(one.rows[0].startswith(("layers.", "Positions(")) for one in found)

    def layer(self, shaped: ShapedLayer, task: Task) -> list[Line]:
        return layers.write(shaped.layer, shaped, task.exact)

    def composite(self, shaped: ShapedLayer, parts: list[list[Line]]) -> list[Line]:
        lists = [block("[", part, "]") for part in parts]
        if isinstance(shaped.layer, Residual):
            return [block("residual(", lists if parts[1] else lists[:1], ")")]
        if isinstance(shaped.layer, Branches):
            return [block("branches(", lists, ")")]
        if isinstance(shaped.layer, Auxiliary):
            return [block("auxiliary(", [line(repr(shaped.layer.weight)), *lists], ")")]
        raise BACKEND.lacks("layer", shaped.layer, "source.writer.KerasWriter.composite")

    def optimizer(self, optimizer: Optimizer, task: Task) -> Line:
        return optimizers.write(optimizer)


WRITER = KerasWriter()
