"""Makes a certificate: every case on every backend in a process of its own, then every pair of traces compared.

Where a pair in float64 leaves its tolerance, rounding alone may have led there: that is measured then, on copies of the
reference that round otherwise.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from mnist_compare.backend import find_backend
from mnist_compare.certify.case import Case, precisions
from mnist_compare.certify.certificate import (
    CERTIFICATE_FILE,
    CERTIFICATE_FOLDER,
    Certificate,
    Pair,
    overall,
    read_certificate,
)
from mnist_compare.certify.compared import UNMEASURED, Compared, Floors, distance
from mnist_compare.certify.gaps import Gap, measure
from mnist_compare.certify.noise import Noise
from mnist_compare.certify.plan import CertificatePlan
from mnist_compare.certify.subject import Subject
from mnist_compare.certify.trace import Trace
from mnist_compare.certify.trace_job import Traced, TraceJob
from mnist_compare.errors import OutputError
from mnist_compare.host.machine import describe_machine
from mnist_compare.host.version import __version__
from mnist_compare.io.folder_lock import ELSEWHERE, LOCK_FILE, FolderLock, locked, refuse_file
from mnist_compare.runner.data_spec import open_data
from mnist_compare.runner.engine import Engine, Setting, run_job
from mnist_compare.runner.engines import open_engine
from mnist_compare.runner.planned_run import digest
from mnist_compare.runner.shared_images import share_arrays

WORK_FOLDER = ".work"
LOGS_FOLDER = "logs"

Say = Callable[[str], None]


class Certifier:
    """The making of one certificate. Traces are deleted once they are compared: those of a large network take GBs."""

    def __init__(self, plan: CertificatePlan, lock: FolderLock, engine: Engine, say: Say) -> None:
        self.engine = engine
        self.plan, self.lock, self.folder, self.say = plan, lock, lock.folder, say
        self.work = _work_folder(lock.folder)
        self.versions: dict[str, dict[str, str]] = {}
        self.devices: dict[str, str] = {}
        self.passes: dict[str, dict[str, tuple[str, ...]]] = {}
        self.number, self.count = 0, sum(len(plan.subjects) * len(_variants(case)) for case in plan.cases)

    def certify(self, case: Case) -> list[Pair]:
        """The pairs of a case."""
        self._make_room(case)
        traces: dict[str, Trace] = {}
        reasons: dict[str, str] = {}
        floors: Floors = {}
        try:
            for subject in self.plan.subjects:
                try:
                    found = [self._trace(variant, subject, nudged=nudged) for variant, nudged in _variants(case)]
                except _Untraced as error:
                    reasons[subject.name] = str(error)
                    continue
                traces[subject.name] = found[0]
                if len(found) > 1:
                    trace, nudged, exact = found
                    floors[subject.name] = (distance(case, trace, nudged), distance(case, trace, exact))
            compared = Compared(case, [subject.name for subject in self.plan.subjects], traces, floors, reasons)
            pairs = compared.pairs()
            if floors or all(pair.passed or pair.reason for pair in pairs):
                return pairs
            return self._against_noise(case, compared)
        finally:
            for path in self.work.glob("*.safetensors"):
                path.unlink()

    def _make_room(self, case: Case) -> None:
        """Take away the images of the cases before, where this one has others."""
        self.lock.require()
        self.images = self.work / digest(case.data)[:8]
        for other in self.work.iterdir():
            if other != self.images:
                shutil.rmtree(other)
        if not self.images.exists():
            self.images.mkdir()
            self.dataset = open_data(case.data)

    def _against_noise(self, case: Case, compared: Compared) -> list[Pair]:
        """The pairs, judged by how far rounding alone leads, if the reference or any of its copies gives a trace.

        Copies are trained until they explain every gap: more of them could only explain more.
        """
        reference = self.plan.subjects[-1]
        pairs = compared.pairs(UNMEASURED)
        if reference.name not in compared.traces:
            return pairs
        exact = compared.traces[reference.name]
        found: dict[str, list[Gap]] = {}
        for copy in find_backend(reference.backend).load_noise():
            self.count += 1
            try:
                trace = self._trace(case, reference, copy=copy)
            except _Untraced:  # which has been said; the others still show how far rounding leads at least
                continue
            found[copy] = measure(exact, trace, case.architecture)
            pairs = compared.pairs(Noise(found))
            if all(pair.outcome != "differ" for pair in pairs):
                break
        return pairs

    def _trace(self, case: Case, subject: Subject, *, nudged: bool = False, copy: str = "") -> Trace:
        self.number += 1
        self.lock.require()
        arrays = share_arrays(self.dataset, case.recipe, self.images, self.lock.require)
        kind = copy or ("nudged" if nudged else case.recipe.precision)
        name = "-".join([case.name, *subject.name.split(), kind])
        output = self.work / f"{name}.safetensors"
        device, threads = self._device(subject), self.plan.threads
        spec = case.trace_spec(subject, device=device, threads=threads, nudged=nudged, copy=copy)
        job = TraceJob(spec, str(arrays.resolve()), str(output.resolve()))
        log = self.folder / LOGS_FOLDER / f"{name}.txt"
        backend, python = find_backend(subject.backend), self.plan.interpreters[subject.backend].path
        setting = Setting(self.plan.threads, log, python, backend.certificate_variables)
        ended = run_job(self.engine, job, setting)
        label = f"[{self.number}/{self.count}] {subject.name} {case.name}, {kind}"
        if not isinstance(ended, Traced):
            reason = f"{subject.name}: {getattr(ended, 'reason', 'it did another job')}"
            self.say(f"{label}: {reason}")
            raise _Untraced(reason)
        self.versions[subject.backend], self.devices[subject.backend] = ended.versions, ended.device
        self.passes.setdefault(case.name, {})[subject.name] = ended.passes
        self.say(f"{label}: {case.steps:,} step{'' if case.steps == 1 else 's'} in {ended.seconds:.1f} s")
        return Trace(output)

    def _device(self, subject: Subject) -> str:
        # The reference knows no GPU, and is the arbiter of those that do.
        return "auto" if subject == self.plan.subjects[-1] else self.plan.device


class _Untraced(Exception):
    """A worker that gave no trace."""


def certify(
    plan: CertificatePlan, folder: Path | None = None, *, say: Say = lambda line: None, command: str = ""
) -> Certificate:
    """Execute the plan, and write the certificate into the folder (the plan's own by default).

    `say` is told of every trace; `command` is what the certificate names as its origin. Raises OutputError where the
    folder holds something else or cannot be written. A worker that fails makes pairs that have not passed.
    """
    from mnist_compare.certify.document import write_certificate

    folder = folder or plan.folder
    with _sole_owner(folder, plan) as lock, open_engine() as engine:
        certifier = Certifier(plan, lock, engine, say)
        try:
            pairs = [pair for case in plan.cases for pair in certifier.certify(case)]
        finally:
            shutil.rmtree(certifier.work, ignore_errors=True)
        certificate = Certificate(
            passed=all(pair.passed for pair in pairs),
            verdict=overall(pairs),
            pairs=pairs,
            cases=list(plan.cases),
            backends=list(plan.backends),
            versions=certifier.versions,
            devices=certifier.devices,
            threads=plan.threads,
            machine=describe_machine(),
            command=command,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            mnist_compare=__version__,
            identity=plan.identity,
            subjects=plan.subjects,
            passes=certifier.passes,
        )
        write_certificate(certificate, folder, lock.require)
    return certificate


@contextmanager
def _sole_owner(folder: Path, plan: CertificatePlan) -> Iterator[FolderLock]:
    """Make the folder this certificate's, unless it holds something else, and keep a second command off it."""
    _refuse_foreign(folder, plan)
    with locked(folder) as lock:
        _refuse_foreign(folder, plan)  # another command may have made it its own meanwhile
        try:
            for left in (*folder.glob(f"{WORK_FOLDER}*"), folder / LOGS_FOLDER):
                shutil.rmtree(left, ignore_errors=True)
            _work_folder(folder).mkdir()
            (folder / LOGS_FOLDER).mkdir()
        except OSError as error:
            raise OutputError(f"Cannot write to {folder}: {error.strerror}. {ELSEWHERE}") from None
        yield lock


def _refuse_foreign(folder: Path, plan: CertificatePlan) -> None:
    refuse_file(folder)
    try:
        left = {path.name for path in folder.iterdir()} if folder.exists() else set()
        found = read_certificate(folder / CERTIFICATE_FILE)
    except OSError as error:
        raise OutputError(f"Cannot read {folder}: {error.strerror}. {ELSEWHERE}") from None
    own = {name for name in left if name in (LOCK_FILE, LOGS_FOLDER) or name.startswith(WORK_FOLDER)}
    if left - own and (found is None or found.identity != plan.identity):
        what = "another certificate" if found else "something that is no certificate"
        raise OutputError(f"{folder} holds {what}. Give a new or empty folder with --output.")
    if found and precisions(found.cases) != precisions(plan.cases):
        theirs, ours = ("-".join(sorted(precisions(cases))) for cases in (found.cases, plan.cases))
        raise OutputError(
            f"{folder} holds a certificate in {theirs}, and this one is in {ours}. Rename that folder to "
            f"{CERTIFICATE_FOLDER}-{theirs}: the report shows both."
        )


def _work_folder(folder: Path) -> Path:
    """It is this process's alone: where the folder is made anew meanwhile, the next command's traces lie elsewhere."""
    return folder / f"{WORK_FOLDER}-{os.getpid()}"


def _variants(case: Case) -> list[tuple[Case, bool]]:
    """The runs of a case on one backend, and whether nudged: in float32 there are two more, for the noise floor."""
    if case.recipe.precision == "float64":
        return [(case, False)]
    exact = replace(case, recipe=replace(case.recipe, precision="float64"))
    return [(case, False), (case, True), (exact, False)]
