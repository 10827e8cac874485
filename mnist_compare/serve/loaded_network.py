"""In a worker: a trained network that was loaded once, and answers questions about images."""

from collections.abc import Mapping
from functools import lru_cache
from math import ceil, isqrt
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data import normalize_images
from mnist_compare.errors import MnistCompareError
from mnist_compare.experiment import Experiment
from mnist_compare.experiment.checkpoint import ArrayDict, read_checkpoint
from mnist_compare.recipe.recipe import AVERAGE
from mnist_compare.serve.messages import (
    Answer,
    Describe,
    Fault,
    Features,
    LayerMaps,
    Layers,
    Predict,
    Predicted,
    Question,
    ShowLayers,
)
from mnist_compare.serve.prefix import PrefixExperiment, has_weights, last_weighted, shown_layers, title_of
from mnist_compare.worker.failure import describe_error, print_traceback

MOST_MAPS = 16
MOST_SIDE = 64
"""No map that is shown is longer: of a longer one every second, third, ... pixel is shown."""

Pixels = NDArray[np.uint8]


class LoadedNetwork:
    """A network with the weights of several epochs, whose checkpoints are files by the epoch; the last is loaded."""

    def __init__(self, kind: type[Experiment], checkpoints: Mapping[int, str], device: str, tuning: str) -> None:
        self._checkpoints = checkpoints
        self._epoch = max(checkpoints)
        self._whole = kind.load(checkpoints[self._epoch], device=device, tuning=tuning)
        self._network = self._whole.architecture
        self._prefixes: dict[int, PrefixExperiment] = {}
        self._weights = lru_cache(maxsize=2)(self._read_weights)

    @property
    def device(self) -> str:
        """Where it computes."""
        return self._whole.device

    def answer(self, question: Question) -> Answer:
        """What the network says; a Fault where it cannot."""
        try:
            match question:
                case Predict():
                    return self._predict(question)
                case ShowLayers():
                    return self._show_layers(question)
                case Describe():
                    return self._describe(question)
        except MnistCompareError as error:
            return Fault(str(error))
        except Exception as error:
            print_traceback()
            return Fault(describe_error(error))

    def _predict(self, question: Predict) -> Predicted:
        if question.epoch != self._epoch:
            self._whole.restore(self._weights(question.epoch), None)
            self._epoch = question.epoch
        images = _whole_power(self._images(question.pixels, question.count))
        begin = perf_counter()
        found = self._whole.predict(images)
        seconds = perf_counter() - begin
        chances = found.probabilities
        return Predicted(
            found.digits[: question.count].tolist(),
            None if chances is None else chances[: question.count].tolist(),
            seconds,
        )

    def _show_layers(self, question: ShowLayers) -> Layers:
        image = self._images(question.pixels, 1)
        return Layers(
            [
                _maps(title_of(self._network.shaped_layers[count - 1]), self._outputs(count, image, question.epoch)[0])
                for count in shown_layers(self._network)
            ]
        )

    def _describe(self, question: Describe) -> Features:
        images = self._images(question.pixels, question.count)
        hidden = last_weighted(self._network)
        if has_weights(self._network, hidden):
            found = self._outputs(hidden, _whole_power(images), question.epoch)[: question.count]
        else:
            found = self._normalized(images)
        return Features(np.ascontiguousarray(found.reshape(question.count, -1), np.float32).tobytes())

    def _outputs(self, count: int, images: Pixels, epoch: int) -> NDArray[np.floating]:
        """What the first `count` layers make of images."""
        if count not in self._prefixes:
            self._prefixes[count] = PrefixExperiment(self._whole, count)
        return self._prefixes[count].outputs(self._normalized(images), self._weights(epoch))

    def _normalized(self, images: Pixels) -> NDArray[Any]:
        return normalize_images(images, self._whole.mean, self._whole.std, self._whole.dtype)

    def _images(self, pixels: bytes, count: int) -> Pixels:
        return np.frombuffer(pixels, np.uint8).reshape(count, *self._network.input_shape)

    def _read_weights(self, epoch: int) -> ArrayDict:
        """Those that the network is evaluated with after an epoch: its running averages, where it keeps some."""
        _, weights, state = read_checkpoint(Path(self._checkpoints[epoch]))
        return {name: state.get(f"{name}.{AVERAGE}", array) for name, array in weights.items()}


def _whole_power(images: Pixels) -> Pixels:
    """The images and copies of the last one, a power of two in all: a framework compiles for each number of images."""
    more = (1 << (len(images) - 1).bit_length()) - len(images)
    return np.concatenate([images, np.repeat(images[-1:], more, axis=0)]) if more else images


def _maps(title: str, outputs: NDArray[np.floating]) -> LayerMaps:
    """What a layer makes of an image: bytes from its least number to its greatest. A row of numbers is one map."""
    if outputs.ndim != 3:
        outputs = _folded(outputs.reshape(-1))[None]
    step = ceil(max(outputs.shape[1:]) / MOST_SIDE)
    shown = outputs[:MOST_MAPS, ::step, ::step].astype(np.float64)
    low, high = float(shown.min()), float(shown.max())
    scaled = np.rint(255 * (shown - low) / ((high - low) or 1.0))
    maps = np.nan_to_num(scaled, posinf=255).clip(0, 255).astype(np.uint8)
    return LayerMaps(title, maps.shape[1], maps.shape[2], [one.tobytes() for one in maps])


def _folded(numbers: NDArray[np.floating]) -> NDArray[np.floating]:
    """A row of numbers as a rectangle, as near to a square as its length allows."""
    height = next(side for side in range(isqrt(len(numbers)), 0, -1) if len(numbers) % side == 0)
    return numbers.reshape(height, -1)
