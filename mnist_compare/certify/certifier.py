"""Makes a certificate: every backend traces the cases in a process of its own, then every two traces are compared.

Where a pair in float64 leaves its tolerance, rounding alone may have led there: that is measured then, on copies of the
reference that round otherwise.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
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
from mnist_compare.certify.tracer import LOGS_FOLDER, Say, Tracer, Untraced, Variant
from mnist_compare.errors import OutputError
from mnist_compare.host.machine import describe_machine
from mnist_compare.host.version import __version__
from mnist_compare.io.folder_lock import ELSEWHERE, LOCK_FILE, FolderLock, locked, refuse_file
from mnist_compare.runner.engine import Engine
from mnist_compare.runner.engines import open_engine

WORK_FOLDER = ".work"
TOGETHER = 10_000_000
"""A backend traces cases in one process as long as their snapshots have fewer parameters than this in all."""


class Certifier:
    """The making of one certificate. Traces are deleted once they are compared: those of a large network take GBs."""

    def __init__(self, plan: CertificatePlan, lock: FolderLock, engine: Engine, say: Say) -> None:
        self.plan, self.work = plan, _work_folder(lock.folder)
        count = sum(len(plan.subjects) * len(_variants(case)) for case in plan.cases)
        self.tracer = Tracer(plan, lock, self.work, engine, say, count)

    def certify(self) -> list[Pair]:
        """The pairs of all cases."""
        return [pair for cases in _groups(self.plan.cases) for pair in self._pairs(cases)]

    def _pairs(self, cases: Sequence[Case]) -> list[Pair]:
        """The pairs of cases that are traced together."""
        self.tracer.make_room(cases)
        try:
            found = {subject.name: self._traced(subject, cases) for subject in self.plan.subjects}
            return [
                pair
                for number, case in enumerate(cases)
                for pair in self._judged(case, {name: traced[number] for name, traced in found.items()})
            ]
        finally:
            for path in self.work.glob("*.safetensors"):
                path.unlink()

    def _traced(self, subject: Subject, cases: Sequence[Case]) -> list[list[Trace | Untraced]]:
        """Of each case, what became of its variants. Those of a case alone, which may be large, have a process each."""
        variants = [_variants(case) for case in cases]
        if len(cases) == 1:
            return [self._one_by_one(subject, variants[0])]
        found = iter(self.tracer.trace(subject, list(chain.from_iterable(variants))))
        return [list(islice(found, len(of_case))) for of_case in variants]

    def _one_by_one(self, subject: Subject, variants: Sequence[Variant]) -> list[Trace | Untraced]:
        """What became of variants, until one of them has no trace: the others would be of no use."""
        found: list[Trace | Untraced] = []
        for variant in variants:
            found += self.tracer.trace(subject, [variant])
            if isinstance(found[-1], Untraced):
                break
        return found

    def _judged(self, case: Case, found: Mapping[str, list[Trace | Untraced]]) -> list[Pair]:
        """The pairs of a case, from what every subject has left of it."""
        traces: dict[str, Trace] = {}
        reasons: dict[str, str] = {}
        floors: Floors = {}
        for name, left in found.items():
            missing = [one.reason for one in left if isinstance(one, Untraced)]
            if missing:
                reasons[name] = missing[0]
                continue
            traces[name], *others = (one for one in left if isinstance(one, Trace))
            if others:
                nudged, exact = others
                floors[name] = (distance(case, traces[name], nudged), distance(case, traces[name], exact))
        compared = Compared(case, [subject.name for subject in self.plan.subjects], traces, floors, reasons)
        pairs = compared.pairs()
        if floors or all(pair.passed or pair.reason for pair in pairs):
            return pairs
        return self._against_noise(case, compared)

    def _against_noise(self, case: Case, compared: Compared) -> list[Pair]:
        """The pairs, judged by how far rounding alone leads, if the reference or any of its copies gives a trace.

        Copies are trained until they explain every gap: more of them could only explain more.
        """
        reference = self.plan.subjects[-1]
        pairs = compared.pairs(UNMEASURED)
        if reference.name not in compared.traces:
            return pairs
        exact = compared.traces[reference.name]
        gaps: dict[str, list[Gap]] = {}
        for copy in find_backend(reference.backend).load_noise():
            self.tracer.count += 1
            (trace,) = self.tracer.trace(reference, [Variant(case, copy=copy)])
            if isinstance(trace, Untraced):  # which has been said; the others still show how far rounding leads
                continue
            gaps[copy] = measure(exact, trace, case.architecture)
            pairs = compared.pairs(Noise(gaps))
            if all(pair.outcome != "differ" for pair in pairs):
                break
        return pairs


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
            pairs = certifier.certify()
        finally:
            shutil.rmtree(certifier.work, ignore_errors=True)
        certificate = Certificate(
            passed=all(pair.passed for pair in pairs),
            verdict=overall(pairs),
            pairs=pairs,
            cases=list(plan.cases),
            backends=list(plan.backends),
            versions=certifier.tracer.versions,
            devices=certifier.tracer.devices,
            threads=plan.threads,
            machine=describe_machine(),
            command=command,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            mnist_compare=__version__,
            identity=plan.identity,
            subjects=plan.subjects,
            passes=certifier.tracer.passes,
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


def _variants(case: Case) -> list[Variant]:
    """The runs of a case on one backend: in float32 there are two more, for the noise floor."""
    if case.recipe.precision == "float64":
        return [Variant(case)]
    exact = replace(case, recipe=replace(case.recipe, precision="float64"))
    return [Variant(case), Variant(case, nudged=True), Variant(exact)]


def _groups(cases: Sequence[Case]) -> Iterator[list[Case]]:
    """The cases in their order, as many of the same images together as `TOGETHER` allows, and one at least."""
    group: list[Case] = []
    total = 0
    for case in cases:
        size = case.architecture.parameter_count * len(case.snapshots)
        if group and (total + size > TOGETHER or case.data != group[-1].data):
            yield group
            group, total = [], 0
        group.append(case)
        total += size
    if group:
        yield group
