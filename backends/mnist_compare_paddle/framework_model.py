"""The network as a Paddle user writes it: paddle.nn's own layers in an nn.Sequential."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import paddle
from paddle import nn

from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.framework_model import FrameworkNetwork
from mnist_compare.experiment.layout import KeptArrays
from mnist_compare.experiment.model_file import ModelFile
from mnist_compare.experiment.second_biases import add_second_biases
from mnist_compare_paddle.layers import kept_arrays
from mnist_compare_paddle.model import make_sequence
from mnist_compare_paddle.model_files import FILES
from mnist_compare_paddle.native import make_native_layer

CELL = re.compile(r"\.\d+\.cell(_fw|_bw)?\.")
"""In the names that arrays of recurrent layers have a second time in a state_dict: `lstm1.0.cell.weight_ih`."""


class PaddleNetwork(FrameworkNetwork):
    """Paddle keeps linear weights as [in, out]."""

    kept_arrays: ClassVar[KeptArrays] = staticmethod(kept_arrays)
    files: ClassVar[tuple[ModelFile, ...]] = FILES
    takes: ClassVar[str] = "a paddle.nn.Layer or its state_dict (of a file: what paddle.load(PATH) gives)"

    def make(self) -> nn.Sequential:
        # Layers draw the weights that they begin with, and have the type that is set for all.
        states, dtype = paddle.get_rng_state(), paddle.get_default_dtype()
        try:
            paddle.set_default_dtype(np.dtype(self.dtype).name)
            model = make_sequence(self.layers, make_native_layer)
        finally:
            paddle.set_default_dtype(dtype)
            paddle.set_rng_state(states)
        model.eval()
        return model

    def fill(self, model: nn.Sequential, arrays: ArrayDict) -> None:
        state = model.state_dict()
        for name, array in arrays.items():
            state[name].set_value(array)

    def read(self, given: Any) -> ArrayDict | None:
        state = given.state_dict() if isinstance(given, nn.Layer) else given
        if not isinstance(state, Mapping):
            return None
        found = {str(name): self._array(value) for name, value in state.items() if not CELL.search(str(name))}
        return add_second_biases(self.layers, found)

    def _array(self, value: Any) -> Any:
        if not isinstance(value, paddle.Tensor):
            return value
        return (value.astype("float64") if paddle.is_floating_point(value) else value).numpy()
