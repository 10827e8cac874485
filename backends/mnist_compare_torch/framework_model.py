"""The network as a PyTorch user writes it: torch.nn's own modules in an nn.Sequential."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.framework_model import FrameworkNetwork
from mnist_compare.experiment.layout import KeptArrays
from mnist_compare.experiment.model_file import ModelFile
from mnist_compare.experiment.second_biases import add_second_biases
from mnist_compare_torch.layers import kept_arrays
from mnist_compare_torch.model import make_sequence
from mnist_compare_torch.model_files import FILES
from mnist_compare_torch.native import make_native_module

COUNTER = ".num_batches_tracked"
"""What a batch norm of torch counts, and uses where it has no momentum alone: it is not looked at."""


class TorchNetwork(FrameworkNetwork):
    """torch's names and order are the canonical ones, but in attention."""

    kept_arrays: ClassVar[KeptArrays] = staticmethod(kept_arrays)
    files: ClassVar[tuple[ModelFile, ...]] = FILES
    takes: ClassVar[str] = (
        "an nn.Module or its state_dict (of a file: what torch.load(PATH, weights_only=True) gives, or "
        "safetensors.torch.load_file)"
    )

    def make(self) -> nn.Sequential:
        with torch.random.fork_rng(devices=[]):  # modules draw the weights that they begin with
            model = make_sequence(self.layers, make_native_module)
        dtype = torch.float64 if self.dtype is np.float64 else torch.float32
        return model.to(self.device.replace("gpu", "cuda"), dtype).eval()

    def fill(self, model: nn.Sequential, arrays: ArrayDict) -> None:
        model.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()}, strict=False)

    def read(self, given: Any) -> ArrayDict | None:
        state = given.state_dict() if isinstance(given, nn.Module) else given
        if not isinstance(state, Mapping):
            return None
        found = {str(name): self._array(value) for name, value in state.items() if not str(name).endswith(COUNTER)}
        return add_second_biases(self.layers, found)

    def _array(self, value: Any) -> Any:
        if not isinstance(value, Tensor):
            return value
        tensor = value.detach().cpu()
        return (tensor.double() if tensor.is_floating_point() else tensor).numpy()
