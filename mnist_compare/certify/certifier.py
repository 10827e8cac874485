"""Makes a certificate: every case on every backend in a process of its own, then every pair of traces compared."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from mnist_compare import __version__
from mnist_compare.certify.case import Case
from mnist_compare.certify.certificate import (
    CERTIFICATE_FILE,
    Certificate,
    Pair,
    make_pair,
    missing_pair,
    read_certificate,
)
from mnist_compare.certify.gaps import Gaps, Tolerance, compare_traces
from mnist_compare.certify.plan import CertificatePlan
from mnist_compare.certify.tolerance import UNBOUNDED, finite, floor_of, largest, tolerance_for
from mnist_compare.certify.trace import Trace
from mnist_compare.environment import certificate_variables
from mnist_compare.errors import OutputError
from mnist_compare.runner.comparison import share_arrays
from mnist_compare.runner.engine import run_job
from mnist_compare.runner.folder_lock import ELSEWHERE, LOCK_FILE, FolderLock, locked, refuse_file
from mnist_compare.runner.machine import describe_machine
from mnist_compare.runner.plan import digest, open_data
from mnist_compare.runner.protocol import Traced, TraceJob

WORK_FOLDER = ".work"
LOGS_FOLDER = "logs"
FIGURES_FOLDER = "figures"

Say = Callable[[str], None]
Noise = dict[str, tuple[Gaps, Gaps]]
"""How far each backend in float32 is from its own nudged run, and from its own run in float64."""


class Certifier:
    """The making of one certificate. Traces are deleted once they are compared: those of a large network take GBs."""

    def __init__(self, plan: CertificatePlan, lock: FolderLock, say: Say) -> None:
        self.plan, self.lock, self.folder, self.say = plan, lock, lock.folder, say
        self.work = _work_folder(lock.folder)
        self.versions: dict[str, dict[str, str]] = {}
        self.devices: dict[str, str] = {}
        self.number, self.count = 0, sum(len(plan.backends) * len(_variants(case)) for case in plan.cases)

    def certify(self, case: Case) -> list[Pair]:
        """The pairs of a case."""
        self._make_room(case)
        traces: dict[str, Trace] = {}
        reasons: dict[str, str] = {}
        noise: Noise = {}
        try:
            for backend in self.plan.backends:
                try:
                    found = [self._trace(variant, backend, nudged) for variant, nudged in _variants(case)]
                except _Untraced as error:
                    reasons[backend] = str(error)
                    continue
                traces[backend] = found[0]
                if len(found) > 1:
                    plain, nudged, exact = found
                    noise[backend] = (_compare(case, plain, nudged, UNBOUNDED), _compare(case, plain, exact, UNBOUNDED))
            return [_pair(case, a, b, traces, noise, reasons) for a, b in combinations(self.plan.backends, 2)]
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

    def _trace(self, case: Case, backend: str, nudged: bool) -> Trace:
        self.number += 1
        self.lock.require()
        arrays = share_arrays(self.dataset, case.recipe, self.images, self.lock.require)
        kind = "nudged" if nudged else case.recipe.precision
        name = f"{case.name}-{backend}-{kind}"
        output = self.work / f"{name}.safetensors"
        spec = case.trace_spec(backend, device=self._device(backend), threads=self.plan.threads, nudged=nudged)
        job = TraceJob(spec, str(arrays.resolve()), str(output.resolve()))
        log = self.folder / LOGS_FOLDER / f"{name}.txt"
        python = self.plan.interpreters[backend].path
        ended = run_job(job, self.plan.threads, log, variables=certificate_variables(), python=python)
        label = f"[{self.number}/{self.count}] {backend} {case.name}, {kind}"
        if not isinstance(ended, Traced):
            reason = f"{backend}: {getattr(ended, 'reason', 'it did another job')}"
            self.say(f"{label}: {reason}")
            raise _Untraced(reason)
        self.versions[backend], self.devices[backend] = ended.versions, ended.device
        self.say(f"{label}: {case.steps:,} step{'' if case.steps == 1 else 's'} in {ended.seconds:.1f} s")
        return Trace(output)

    def _device(self, backend: str) -> str:
        # The reference knows no GPU, and is the arbiter of those that do.
        return "auto" if backend == self.plan.backends[-1] else self.plan.device


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

    place = folder or plan.folder
    with _sole_owner(place, plan.identity) as lock:
        certifier = Certifier(plan, lock, say)
        try:
            pairs = [pair for case in plan.cases for pair in certifier.certify(case)]
        finally:
            shutil.rmtree(certifier.work, ignore_errors=True)
        certificate = Certificate(
            passed=all(pair.passed for pair in pairs),
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
        )
        write_certificate(certificate, place, lock.require)
    return certificate


@contextmanager
def _sole_owner(folder: Path, identity: str) -> Iterator[FolderLock]:
    """Make the folder this certificate's, unless it holds something else, and keep a second command off it."""
    _refuse_foreign(folder, identity)
    with locked(folder) as lock:
        _refuse_foreign(folder, identity)  # another command may have made it its own meanwhile
        try:
            for left in (*folder.glob(f"{WORK_FOLDER}*"), folder / LOGS_FOLDER, folder / FIGURES_FOLDER):
                shutil.rmtree(left, ignore_errors=True)
            _work_folder(folder).mkdir()
            (folder / LOGS_FOLDER).mkdir()
        except OSError as error:
            raise OutputError(f"Cannot write to {folder}: {error.strerror}. {ELSEWHERE}") from None
        yield lock


def _refuse_foreign(folder: Path, identity: str) -> None:
    refuse_file(folder)
    try:
        left = {path.name for path in folder.iterdir()} if folder.exists() else set()
        found = read_certificate(folder / CERTIFICATE_FILE)
    except OSError as error:
        raise OutputError(f"Cannot read {folder}: {error.strerror}. {ELSEWHERE}") from None
    own = {name for name in left if name in (LOCK_FILE, LOGS_FOLDER) or name.startswith(WORK_FOLDER)}
    if left - own and (found is None or found.identity != identity):
        what = "another certificate" if found else "something that is no certificate"
        raise OutputError(f"{folder} holds {what}. Give a new or empty folder with --output.")


def _work_folder(folder: Path) -> Path:
    """It is this process's alone: where the folder is made anew meanwhile, the next command's traces lie elsewhere."""
    return folder / f"{WORK_FOLDER}-{os.getpid()}"


def _variants(case: Case) -> list[tuple[Case, bool]]:
    """The runs of a case on one backend, and whether nudged: in float32 there are two more, for the noise floor."""
    if case.recipe.precision == "float64":
        return [(case, False)]
    exact = replace(case, recipe=replace(case.recipe, precision="float64"))
    return [(case, False), (case, True), (exact, False)]


def _pair(case: Case, a: str, b: str, traces: dict[str, Trace], noise: Noise, reasons: dict[str, str]) -> Pair:
    missing = [reasons[name] for name in (a, b) if name in reasons]
    if missing:
        return missing_pair(case, a, b, "; ".join(missing))
    if not noise:
        tolerance = tolerance_for(case.recipe.precision, case.steps, None)
        return make_pair(case, a, b, _compare(case, traces[a], traces[b], tolerance), tolerance)
    both = (*noise[a], *noise[b])
    floor = largest(*map(floor_of, both))
    if not finite(floor):
        return missing_pair(case, a, b, f"no noise floor: {a} or {b} does not stay finite")
    tolerance = tolerance_for(case.recipe.precision, case.steps, floor)
    pair = make_pair(case, a, b, _compare(case, traces[a], traces[b], tolerance), tolerance)
    nudged = largest(floor_of(noise[a][0]), floor_of(noise[b][0]))
    steps = np.max([gaps.losses for gaps in both], axis=0)
    return replace(pair, floor=floor, nudged=nudged, noise=steps.tolist())


def _compare(case: Case, a: Trace, b: Trace, tolerance: Tolerance) -> Gaps:
    return compare_traces(a, b, case.architecture, case.recipe.loss, tolerance)
