"""The self-test of certificates: which planted faults they catch, in any backend's name.

A backend trains each small case once. Its trace must match the healthy reference's, and must differ from that of the
reference with a fault, by more than rounding explains. So a fault is caught as it would be if the backend had it and
the reference had not.
"""

from collections.abc import Mapping
from functools import cache
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from mnist_compare.backend import backends, find_backend
from mnist_compare.certify.fault import Fault
from mnist_compare.certify.finding import Untraced
from mnist_compare.certify.gaps import Gaps, Tolerance, Verdict, compare_traces, measure
from mnist_compare.certify.noise import Noise
from mnist_compare.certify.smallcase import CASES, SmallCase
from mnist_compare.certify.trace import Recorder, Trace
from mnist_compare.errors import BackendError
from mnist_compare.experiment import Experiment

TOLERANCE = Tolerance(loss=1e-12, gradient=1e-11, weight=1e-11, slot=1e-11, statistic=1e-11, logits=1e-9)

REFERENCE = "reference"

Recorded = Mapping[str, Trace | Untraced]
"""What a backend has left of each case, by name."""


class Catch(msgspec.Struct, frozen=True):
    """Where a fault was caught in a backend's name: first step (from 1), quantity and array. It is caught where the
    verdict is `differ`: what is undecidable is not caught, nor what matches.
    """

    fault: str
    topic: str
    case: str
    step: int | None
    quantity: str | None
    array: str | None
    verdict: Verdict

    @property
    def caught(self) -> bool:
        """Whether the certificate fails, as it must."""
        return self.verdict == "differ"


class HealthyPair(msgspec.Struct, frozen=True):
    """Two backends without a fault in one case."""

    case: str
    a: str
    b: str
    gaps: Gaps


class SelfTest(msgspec.Struct, frozen=True):
    """All that the self-test of some backends has found.

    `catches` and `untraced` (case -> why) are by backend; faults of a case without a trace are not among its catches.
    """

    catches: dict[str, tuple[Catch, ...]]
    pairs: tuple[HealthyPair, ...]
    untraced: dict[str, dict[str, Untraced]]

    @property
    def missed(self) -> list[tuple[str, Catch]]:
        """(backend, fault) of all that were not caught."""
        return [(name, catch) for name, catches in self.catches.items() for catch in catches if not catch.caught]

    @property
    def mismatched(self) -> list[HealthyPair]:
        """The healthy pairs that do not match."""
        return [pair for pair in self.pairs if not pair.gaps.passed]

    @property
    def passed(self) -> bool:
        """Whether every fault was caught, all healthy pairs match, and no training failed or was refused by all."""
        failed = [why for found in self.untraced.values() for why in found.values() if not why.refused]
        return not self.missed and not self.mismatched and not failed and all(self.catches.values())


class Reference(msgspec.Struct, frozen=True):
    """Traces of the reference: healthy by case, and with each fault. `folder` holds them as long as this lives."""

    name: str
    healthy: dict[str, Trace]
    faulty: tuple[tuple[Fault, Trace], ...]
    folder: TemporaryDirectory[str]

    @property
    def path(self) -> Path:
        """The folder's path."""
        return Path(self.folder.name)


def record_cases(experiment: type[Experiment], name: str, folder: Path) -> dict[str, Untraced]:
    """Write a trace of every case into the folder; gives the cases of which there is none, and why."""
    untraced: dict[str, Untraced] = {}
    for case in CASES.values():
        try:
            record(experiment, name, case, folder / f"{case.name}.safetensors")
        except BackendError as error:
            untraced[case.name] = Untraced(str(error), refused=True)
        except Exception as error:  # of somebody else's code, and what we are here to tell
            untraced[case.name] = Untraced(f"{type(error).__name__}: {error}", refused=False)
    return untraced


def read_recorded(folder: Path, untraced: Mapping[str, Untraced]) -> Recorded:
    """What `record_cases` has left in a folder."""
    return {name: untraced.get(name) or Trace(folder / f"{name}.safetensors") for name in CASES}


def record(experiment: type[Experiment], name: str, case: SmallCase, path: Path) -> Trace:
    """Train the case and write its trace; raises BackendError where the backend refuses it."""
    spec = case.spec(name)
    trained = experiment(case.architecture, case.recipe, seed=spec.run.seed, device=spec.run.device)
    Recorder(trained, case.arrays(), spec).record(path)
    return Trace(path)


@cache
def reference() -> Reference:
    """The reference with and without each of its faults, trained once in a process; raises BackendError without one."""
    backend = next((backend for backend in backends().values() if backend.faults), None)
    if backend is None:
        raise BackendError("No installed backend has faults to plant. Install the reference: pip install mnist-compare")
    folder = TemporaryDirectory(prefix="mnist_compare-")
    path, healthy = Path(folder.name), backend.load()
    traces = {case.name: record(healthy, backend.name, case, path / case.name) for case in CASES.values()}
    faulty = tuple(
        (fault, record(fault.plant, backend.name, CASES[fault.case], path / f"fault-{number}"))
        for number, fault in enumerate(backend.load_faults())
    )
    return Reference(backend.name, traces, faulty, folder)


@cache
def noise(case: str) -> Noise:
    """How far rounding alone leads in a case: trained once in a process, where somebody asks."""
    known, small = reference(), CASES[case]
    copies = {
        name: record(copy, known.name, small, known.path / f"{case}-{name}")
        for name, copy in find_backend(known.name).load_noise().items()
    }
    exact = known.healthy[case]
    return Noise({name: measure(exact, copy, small.architecture) for name, copy in copies.items()})


def judge(recorded: Mapping[str, Recorded]) -> SelfTest:
    """The self-test of backends, by name, from what they have left."""
    known = reference()
    everyone: dict[str, Recorded] = {**recorded, REFERENCE: known.healthy}
    return SelfTest(
        catches={name: _catches(traces, known) for name, traces in recorded.items()},
        pairs=tuple(
            HealthyPair(case.name, a, b, _compare(case, one, other))
            for a, b in combinations(everyone, 2)
            for case in CASES.values()
            if isinstance(one := everyone[a][case.name], Trace) and isinstance(other := everyone[b][case.name], Trace)
        ),
        untraced={
            name: {case: found for case, found in traces.items() if isinstance(found, Untraced)}
            for name, traces in recorded.items()
        },
    )


def _catches(traces: Recorded, known: Reference) -> tuple[Catch, ...]:
    catches = []
    for fault, faulty in known.faulty:
        healthy = traces[fault.case]
        if isinstance(healthy, Trace):
            gaps = _compare(CASES[fault.case], healthy, faulty)
            where = gaps.first_step_out, gaps.quantity_out, gaps.array_out
            catches.append(Catch(fault.name, fault.topic, fault.case, *where, gaps.verdict))
    return tuple(catches)


def _compare(case: SmallCase, a: Trace, b: Trace) -> Gaps:
    return compare_traces(a, b, case.architecture, TOLERANCE, lambda gap: noise(case.name).explains(gap))
