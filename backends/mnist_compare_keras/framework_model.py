"""The network as a Keras user writes it: stock keras.layers in a keras.Sequential, channels last."""

import random
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.framework_model import FrameworkNetwork
from mnist_compare.experiment.layout import KeptArrays
from mnist_compare.experiment.model_file import ModelFile
from mnist_compare_keras.layers import kept_arrays
from mnist_compare_keras.model import connect, make_all
from mnist_compare_keras.model_files import FILES
from mnist_compare_keras.native import make_native_layers
from mnist_compare_keras.variables import variable_at, variable_in


class KerasNetwork(FrameworkNetwork):
    """Keras keeps kernels as [height, width, in, out] and [in, out], and flattens as H-W-C."""

    kept_arrays: ClassVar[KeptArrays] = staticmethod(kept_arrays)
    channels_last: ClassVar[bool] = True
    files: ClassVar[tuple[ModelFile, ...]] = FILES
    takes: ClassVar[str] = "a keras.Model (of a file: what keras.models.load_model(PATH) gives)"

    def make(self) -> keras.Model:
        channels, height, width = self.layers[0].input_shape
        state = random.getstate()  # layers draw the seeds of their generators
        try:
            policy = "mixed_bfloat16" if self.precision == "bfloat16" else self.precision
            made = make_all(self.layers, self._order, policy, make_native_layers)
            image = keras.Input((height, width, channels), dtype=np.dtype(self.dtype).name)
            with tf.device(self.device.upper()):
                return connect(self.layers, made, policy, image)
        finally:
            random.setstate(state)

    def fill(self, model: keras.Model, arrays: ArrayDict) -> None:
        for layer, path in map(self.layout.place, self._shapes):
            variable_at(model.get_layer(layer), path).assign(arrays[f"{layer}.{path}"])

    def read(self, given: Any) -> ArrayDict | None:
        if not isinstance(given, keras.Model):
            return None
        found = {
            f"{layer}.{path}": variable_in(given, layer, path) for layer, path in map(self.layout.place, self._shapes)
        }
        known = {id(variable) for variable in found.values()}
        others = {
            f"{layer.name}.{variable.name}": variable
            for layer in given.layers
            for variable in layer.weights
            if id(variable) not in known
        }
        return {
            name: keras.ops.convert_to_numpy(variable)
            for name, variable in (others | found).items()
            if variable is not None
        }
