"""A trained network that is written to files, and how a file is held against it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_compare.errors import OutputError
from mnist_compare.experiment.checkpoint import ArrayDict, Header, read_checkpoint
from mnist_compare.export.run import ExportedRun
from mnist_compare.recipe.recipe import AVERAGE
from mnist_compare.runner.prediction_job import Predicted, PredictJob
from mnist_compare.runner.trained_networks import TrainedNetworks

IMAGES = 32
"""How many the network and its file are asked of: noise, which leaves no part of a network alone."""
TOLERANCES = {"float32": 1e-5, "float64": 1e-5, "bfloat16": 5e-2}
"""How far the outputs may be apart, as a share of the largest one, by the precision of the run. Files compute in
float32.
"""


@dataclass(frozen=True)
class NetworkFile:
    """The network of a run, of those in `networks`, that is to be written into the folder `place`.

    `pixels` says that the file is to take pixels, and to normalize them itself.
    """

    run: ExportedRun
    networks: TrainedNetworks
    place: Path
    pixels: bool

    @property
    def name(self) -> str:
        """What its files are called, without their ends."""
        return f"{self.run.network}-{self.run.name}"

    @property
    def checkpoint(self) -> Path:
        """Where its weights are."""
        return self.networks.folder.absolute() / (self.run.record.weights or "")

    @property
    def changes(self) -> str:
        """Where the images of the training were changed: that the network takes such images, for the end of a line."""
        changes = self.run.record.spec.data.changes
        return f"; the network takes images that were {changes}" if changes else ""

    @property
    def header(self) -> Header:
        """That of its checkpoint."""
        return self._contents[0]

    @cached_property
    def weights(self) -> dict[str, NDArray[np.float32]]:
        """Those with which it is evaluated: its running averages, where the recipe keeps some."""
        _, weights, state = self._contents
        return {name: state.get(f"{name}.{AVERAGE}", array).astype(np.float32) for name, array in weights.items()}

    @cached_property
    def _contents(self) -> tuple[Header, ArrayDict, ArrayDict]:
        return read_checkpoint(self.checkpoint)

    @cached_property
    def images(self) -> NDArray[np.uint8]:
        """The images that it and its files are asked of, [N, C, H, W]."""
        shape = (IMAGES, *self.header.architecture.input_shape)
        return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)

    @cached_property
    def outputs(self) -> NDArray[np.float64]:
        """Its own outputs for them, in the framework that has trained it."""
        tuning = self.run.record.spec.tuning
        answer = self.networks.ask(
            self.run.record,
            lambda backend, place: PredictJob(backend, place, self.images.tolist(), self.networks.device, tuning),
            Predicted,
        )
        return np.array(answer.outputs)

    def compare(self, file: str, reader: str, found: NDArray[np.floating]) -> str:
        """How far a file is off, in words, of which `reader` has computed the outputs; raises OutputError where it is
        further than rounding leads.
        """
        backend = self.run.record.backend
        if found.shape != self.outputs.shape:
            raise OutputError(f"{file} is not kept: {reader} gives outputs {list(found.shape)}.")
        off = float(np.abs(found - self.outputs).max() / max(1.0, float(np.abs(self.outputs).max())))
        most = TOLERANCES[self.run.record.spec.recipe.precision]
        if not off <= most:
            raise OutputError(
                f"{file} is not kept: the outputs of {reader} are {off:.1e} off those of {backend}, as a share of the "
                f"largest one, where {most:.0e} is valid."
            )
        return f"{file}: outputs of {reader} within {off:.1e} of {backend}'s own"
