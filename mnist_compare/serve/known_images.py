"""Images of the data set that the page shows: examples of its test, and the training images nearest to a drawn one.

They are prepared in the background, after the networks are ready, and asked of them when nobody else asks: in pieces
that nobody has to wait long for, and at half the pace while somebody asks for something.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data import Dataset
from mnist_compare.errors import MnistCompareError
from mnist_compare.report.disputed import disputed
from mnist_compare.report.evaluated_images import EvaluatedImages
from mnist_compare.report.statistics import group_runs
from mnist_compare.runner.data_spec import open_data
from mnist_compare.serve.messages import Describe, Fault, Features, Question, ShowLayers
from mnist_compare.serve.network_worker import State, WorkerGone
from mnist_compare.serve.networks import ServedNetwork

MOST_IMAGES = 10_000
MOST_NUMBERS = 40_000_000
"""Of the features of all images of a network."""
TOGETHER = 32
PIECE_SECONDS = 0.03
"""An image that a user draws waits for a piece at most; so many are asked for together as take about so long."""
BUSY_SECONDS = 1.0
MOST_EXAMPLES = 20
MOST_DISPUTED = 6
NEAREST = 5
LOOK_SECONDS = 0.5

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class KnownImage:
    """An image uint8 [C, H, W] of the data set: its label, and its place among the images of its part."""

    label: int
    index: int
    pixels: Pixels
    disputed: bool = False
    """Whether it is one of those that the networks read differently."""


@dataclass(frozen=True)
class _Training:
    """Some training images [N, C, H, W], in even steps through them all."""

    indices: NDArray[np.int64]
    labels: NDArray[np.integer]
    images: Pixels


class KnownImages:
    """The images that a server shows beside what it is asked; `stopped` waits, and says whether the server ends."""

    def __init__(self, networks: Sequence[ServedNetwork], stopped: Callable[[float], bool]) -> None:
        self._networks, self._stopped = networks, stopped
        self._training: _Training | None = None
        self._features: dict[int, NDArray[np.float32]] = {}
        self._thread = Thread(target=self._run, daemon=True)
        self.examples: list[KnownImage] | None = None
        self.missing = ""

    def start(self) -> None:
        """Begin to prepare them; this returns at once."""
        self._thread.start()

    def are_ready(self, network: ServedNetwork) -> bool:
        """Whether the nearest ones can be found by this network."""
        return network.number in self._features

    def nearest(self, network: ServedNetwork, features: Features) -> list[tuple[float, KnownImage]]:
        """The nearest training images, and how far they are, by what the last hidden layer makes of an image."""
        assert self._training is not None
        known, found = self._features[network.number], np.frombuffer(features.numbers, np.float32)
        distances = np.sqrt(np.maximum(0.0, np.square(known - found).sum(axis=1, dtype=np.float64)))
        training = self._training
        return [
            (float(distances[i]), KnownImage(int(training.labels[i]), int(training.indices[i]), training.images[i]))
            for i in np.argsort(distances, kind="stable")[:NEAREST]
        ]

    def _run(self) -> None:
        try:
            dataset = open_data(self._networks[0].record.spec.data)
        except MnistCompareError as error:
            self.missing, self.examples = str(error), []
            return
        self.examples = _examples(dataset, self._networks)
        self._training = _training(dataset)
        del dataset
        for network in self._networks:
            self._warm(network)
        for network in self._networks:
            self._describe(network)

    def _warm(self, network: ServedNetwork) -> None:
        """Let a framework compile what shows its layers before somebody asks for it."""
        assert self._training is not None
        self._ask(network, ShowLayers(network.last_epoch, self._training.images[0].tobytes()))

    def _describe(self, network: ServedNetwork) -> None:
        assert self._training is not None
        images, found, start, together = self._training.images, [], 0, 1
        most = len(images)
        while start < most:
            begin, piece = time.monotonic(), images[start : start + together]
            answer = self._ask(network, Describe(network.last_epoch, len(piece), piece.tobytes()))
            if not isinstance(answer, Features):
                return
            found.append(np.frombuffer(answer.numbers, np.float32).reshape(len(piece), -1))
            start += len(piece)
            most = min(most, MOST_NUMBERS // found[0].shape[1])
            taken = time.monotonic() - begin
            together = max(1, together // 2) if taken > PIECE_SECONDS else min(TOGETHER, 2 * together)
            if self._is_busy() and self._stopped(taken):
                return
        self._features[network.number] = np.concatenate(found)

    def _is_busy(self) -> bool:
        """Whether somebody has asked for something just now."""
        return any(time.monotonic() - network.worker.asked < BUSY_SECONDS for network in self._networks)

    def _ask(self, network: ServedNetwork, question: Question) -> object:
        """The answer, as soon as the network has nothing else to do; None where it fails, or the server ends."""
        while network.worker.state is not State.FAILED:
            if network.worker.state is State.READY:
                try:
                    answer = network.worker.ask(question, patient=True).result()
                except WorkerGone:
                    continue
                return None if isinstance(answer, Fault) else answer
            if self._stopped(LOOK_SECONDS):
                return None
        return None


def _training(dataset: Dataset) -> _Training:
    count = min(len(dataset.train_labels), MOST_IMAGES, max(1, MOST_NUMBERS // prod(dataset.image_shape)))
    indices = np.linspace(0, len(dataset.train_labels) - 1, count).astype(np.int64)
    return _Training(indices, dataset.train_labels[indices].copy(), dataset.train_images[indices].copy())


def _examples(dataset: Dataset, networks: Sequence[ServedNetwork]) -> list[KnownImage]:
    """A test image of each class, the first that there is; then those that networks read differently."""
    labels, images = dataset.test_labels, dataset.test_images
    _, first = np.unique(labels, return_index=True)
    found: list[int] = []
    for group in group_runs([network.record for network in networks]):
        tests = EvaluatedImages(group.spec.data, images, labels)
        found += [one.index for one in disputed(group, tests)[:MOST_DISPUTED]]
    places = dict.fromkeys([*(int(i) for i in first[:MOST_EXAMPLES]), *found])
    return [KnownImage(int(labels[i]), i, images[i].copy(), i in found) for i in places]
