"""The job of an import: a framework reads its own file, and the network's checkpoint is written from it."""

from pathlib import Path
from typing import ClassVar

from mnist_compare.architecture import Architecture
from mnist_compare.errors import BackendError
from mnist_compare.experiment.matching import Match
from mnist_compare.export.native_jobs import kinds_of
from mnist_compare.recipe import Recipe
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Framework, Job, Send


class Imported(Event, frozen=True, tag="imported"):
    """The checkpoint is written: (their name, ours, shape there) of each array."""

    is_last: ClassVar[bool] = True
    matches: list[tuple[str, str, list[int]]]


class ImportJob(Job, frozen=True):
    """Read a file of the framework's, whose name ends in `suffix`, and write the checkpoint `output` from it."""

    events: ClassVar[type[Event]] = Imported
    backend: str
    file: str
    suffix: str
    architecture: Architecture
    recipe: Recipe
    output: str

    def run(self, framework: Framework, send: Send) -> None:
        """Read and write."""
        experiment = framework.experiment_class()(self.architecture, self.recipe, device="cpu")
        load = next((kind.load for kind in kinds_of(experiment) if kind.suffix == self.suffix), None)
        if load is None:
            raise BackendError(f"Backend {self.backend!r} reads no weights from files that end in {self.suffix}.")
        weights, matches = experiment.framework_network(experiment).matched(load(Path(self.file)))
        experiment.restore(weights, None)
        experiment.save(self.output)
        send(Imported([(one.theirs, one.ours, list(one.shape)) for one in matches]))


def found_matches(imported: Imported) -> list[Match]:
    """What the event tells, as matches."""
    return [Match(theirs, ours, tuple(shape)) for theirs, ours, shape in imported.matches]
