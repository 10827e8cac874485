"""Has cases traced by workers: all that one backend is to trace at a time in one process, as far as that gets."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mnist_compare.backend import find_backend
from mnist_compare.certify.case import Case
from mnist_compare.certify.plan import CertificatePlan
from mnist_compare.certify.subject import Subject
from mnist_compare.certify.trace import Trace
from mnist_compare.certify.trace_job import AllTraced, NotTraced, Traced, TraceJob, TraceTask
from mnist_compare.data import Dataset
from mnist_compare.io.file_names import file_stems
from mnist_compare.io.folder_lock import FolderLock
from mnist_compare.runner.data_spec import open_data
from mnist_compare.runner.engine import Engine, Setting, run_job
from mnist_compare.runner.planned_run import digest
from mnist_compare.runner.shared_images import share_arrays
from mnist_compare.worker.events import Event, Failed

LOGS_FOLDER = "logs"

Say = Callable[[str], None]


class Variant(NamedTuple):
    """A case as it is to be traced: as it stands, from nudged weights, or by one of the reference's copies."""

    case: Case
    nudged: bool = False
    copy: str = ""

    @property
    def kind(self) -> str:
        """What it is called beside the others of its case."""
        return self.copy or ("nudged" if self.nudged else self.case.recipe.precision)


class Untraced(NamedTuple):
    """Stands for a trace that there is not, for this reason."""

    reason: str


class Tracer:
    """Lets workers write traces into the folder `work`, and keeps what they say of themselves.

    `count` is how many traces are to come in all, for what is said of each.
    """

    def __init__(
        self, plan: CertificatePlan, lock: FolderLock, work: Path, engine: Engine, say: Say, count: int
    ) -> None:
        self._plan, self._lock, self._work, self._engine, self._say = plan, lock, work, engine, say
        self.versions: dict[str, dict[str, str]] = {}
        self.devices: dict[str, str] = {}
        self.passes: dict[str, dict[str, tuple[str, ...]]] = {}
        self.number, self.count = 0, count
        self._images: dict[Path, Dataset] = {}
        self._stems = file_stems(case.name for case in plan.cases)

    def make_room(self, cases: Iterable[Case]) -> None:
        """Take away the images of the cases before, where these have others."""
        self._lock.require()
        wanted = {self._folder(case): case for case in cases}
        for folder in self._images.keys() - wanted.keys():
            shutil.rmtree(folder)
            del self._images[folder]
        for folder in wanted.keys() - self._images.keys():
            folder.mkdir()
            self._images[folder] = open_data(wanted[folder].data)

    def trace(self, subject: Subject, variants: Sequence[Variant]) -> list[Trace | Untraced]:
        """The trace of each variant, or why there is none. Where a worker dies, another goes on behind that variant."""
        found: list[Trace | Untraced] = []
        while len(found) < len(variants):
            found += self._ask_worker(subject, variants[len(found) :])
        return found

    def _ask_worker(self, subject: Subject, variants: Sequence[Variant]) -> list[Trace | Untraced]:
        """What one worker has come to, as far as it got: its death is the last variant's."""
        tasks = [self._task(subject, variant) for variant in variants]
        found: list[Trace | Untraced] = []

        def hear(event: Event) -> None:
            if isinstance(event, Traced):
                variant = variants[len(found)]
                found.append(Trace(Path(tasks[len(found)].output)))
                self.versions[subject.backend], self.devices[subject.backend] = event.versions, event.device
                self.passes.setdefault(variant.case.name, {})[subject.name] = event.passes
                steps = variant.case.steps
                told = f"{steps:,} step{'' if steps == 1 else 's'} in {event.seconds:.1f} s"
                self._tell(subject, variant, told)
            elif isinstance(event, NotTraced):
                refuse(event.reason)

        def refuse(reason: str) -> None:
            told = f"{subject.name}: {reason}"
            self._tell(subject, variants[len(found)], told)
            found.append(Untraced(told))

        backend, python = find_backend(subject.backend), self._plan.interpreters[subject.backend].path
        log = self._lock.folder / LOGS_FOLDER / f"{self._name(subject, variants[0])}.txt"
        setting = Setting(self._plan.threads, log, python, backend.certificate_variables, self._plan.device)
        ended = run_job(self._engine, TraceJob(tuple(tasks)), setting, hear)
        if isinstance(ended, Failed):  # it could do nothing: the framework cannot be imported, for instance
            while len(found) < len(variants):
                refuse(ended.reason)
        elif not isinstance(ended, AllTraced) or not found:
            refuse(getattr(ended, "reason", "it did another job"))
        return found

    def _task(self, subject: Subject, variant: Variant) -> TraceTask:
        self._lock.require()
        case, folder = variant.case, self._folder(variant.case)
        arrays = share_arrays(self._images[folder], case.recipe, folder, self._lock.require)
        output = self._work / f"{self._name(subject, variant)}.safetensors"
        # The reference knows no GPU, and is the arbiter of those that do.
        device = "auto" if subject == self._plan.subjects[-1] else self._plan.device
        spec = case.trace_spec(
            subject, device=device, threads=self._plan.threads, nudged=variant.nudged, copy=variant.copy
        )
        return TraceTask(spec, str(arrays.resolve()), str(output.resolve()))

    def _tell(self, subject: Subject, variant: Variant, told: str) -> None:
        self.number += 1
        self._say(f"[{self.number}/{self.count}] {subject.name} {variant.case.name}, {variant.kind}: {told}")

    def _folder(self, case: Case) -> Path:
        return self._work / digest(case.data)[:8]

    def _name(self, subject: Subject, variant: Variant) -> str:
        return "-".join([self._stems[variant.case.name], *subject.name.split(), variant.kind])
