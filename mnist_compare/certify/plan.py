"""From what a user asks for to the cases of a certificate, with everything checked before anything starts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from mnist_compare.architecture.documented import default_recipe
from mnist_compare.backend import find_backend, reference_name, relay_members
from mnist_compare.certify.case import (
    DOCUMENTED,
    PRECISIONS,
    SUITE_TRAIN_SIZE,
    SUITES,
    Case,
    make_case,
    precisions,
    training_of,
)
from mnist_compare.certify.certificate import CERTIFICATE_FOLDER
from mnist_compare.certify.subject import Subject
from mnist_compare.data import ImageChanges, find_changes, subset
from mnist_compare.data.part import load_changed
from mnist_compare.document.labels import distinct_labels
from mnist_compare.document.words import facets
from mnist_compare.errors import UsageError, unknown
from mnist_compare.host.environment import physical_cores
from mnist_compare.host.version import __version__
from mnist_compare.interpreters.check import Interpreter, find_interpreters
from mnist_compare.interpreters.choice import Choice, backend_names, choose
from mnist_compare.io.options import check_seed
from mnist_compare.lowering import PLAIN, TUNED
from mnist_compare.recipe import Precision, Recipe, find_recipe
from mnist_compare.records.record import Record, Status
from mnist_compare.records.results import read_records
from mnist_compare.records.spec import RunSpec
from mnist_compare.runner.axes import tunings_of
from mnist_compare.runner.data_spec import describe_data, open_data
from mnist_compare.runner.networks import find_architectures, frozen_patterns
from mnist_compare.runner.planned_run import digest
from mnist_compare.runner.request import check_machine
from mnist_compare.runner.requested_images import RequestedImages
from mnist_compare.runner.starting import find_start

COMPARISON_STEPS = 50
TRAINING = ("architectures", "recipe", "start", "freeze")
OPTIONS = {"start": "from"}
"""Fields whose option has another name."""


class CertificateRequest(msgspec.Struct, frozen=True):
    """What is to be certified. None means: the default that the field's comment names."""

    backends: tuple[str, ...] = ()  # all that are installed; the reference always takes part
    architectures: tuple[str, ...] = ()  # the documented ones without alexnet
    recipe: str | None = None  # the one documented for each architecture
    start: Path | None = None  # initial weights
    freeze: tuple[str, ...] = ()  # the recipe's; "none" is none
    suite: str | None = None  # none
    run: Path | None = None  # no comparison: what the other fields say
    steps: int | None = None  # 200; 5 of a large network; 50 of a comparison
    epochs: int | None = None  # as many as the steps need
    precision: str | None = None  # float64; of a comparison, its own
    dataset: str = "mnist"
    resize: str | None = None  # their own size
    gray: bool = False
    rgb: bool = False
    pad: str | None = None  # no padding
    invert: bool = False
    train_size: int | None = None  # all
    seed: int = 0
    device: str = "auto"
    threads: int | None = None  # the physical cores
    tunings: tuple[str, ...] = ()  # tuned; of a comparison, its own
    python: Mapping[str, str | Path] = {}  # backend -> interpreter; for others, as in a comparison


class CertificatePlan(msgspec.Struct, frozen=True):
    """The cases, the backends with their tunings and interpreters, and where the certificate goes when no folder is
    given. The last subject is the reference.
    """

    cases: tuple[Case, ...]
    subjects: tuple[Subject, ...]
    device: str
    threads: int
    identity: str
    folder: Path
    interpreters: dict[str, Interpreter]

    @property
    def backends(self) -> tuple[str, ...]:
        """The names of the backends, each once."""
        return tuple(dict.fromkeys(subject.backend for subject in self.subjects))


def make_certificate_plan(request: CertificateRequest) -> CertificatePlan:
    """Check the request and lay out its cases; raises the errors of `mnist_compare.errors`."""
    _check(request)
    check_machine(request.device, request.threads)
    if request.run is not None:
        records = _matched(request.run)
        found: Sequence[str] = request.backends or [record.backend for record in records]
        cases = _of_comparison(request, records)
    else:
        records, found = [], request.backends
        cases = _of_suite(request, request.suite) if request.suite else _of_architectures(request)
    choices = choose(request.python)
    frameworks = _without_reference(found, choices)
    subjects = _subjects(request.tunings, records, frameworks)
    names = (*frameworks, reference_name())
    identity = _identity(records, [names, cases, request.device, request.threads], subjects)
    own = request.run / _folder_name(records, cases) if request.run else None
    return CertificatePlan(
        cases,
        subjects,
        request.device,
        threads=request.threads or physical_cores(),
        identity=identity,
        folder=own or Path("reports") / f"certificate-{identity[:8]}",
        interpreters=find_interpreters(names, choices),
    )


def _identity(records: Sequence[Record], asked: list[object], subjects: Sequence[Subject]) -> str:
    # A comparison has one certificate in each precision, the newest, however it was made.
    if records:
        return digest(["certificate", sorted({record.key for record in records}), __version__])
    # What is tuned as by default has the identity that older versions gave it, which knew no tunings.
    tunings = tuple(dict.fromkeys(subject.tuning for subject in subjects[:-1]))
    others = [] if tunings in ((), (TUNED,)) else [tunings]
    return digest(["certificate", *asked, *others, __version__])


def _subjects(asked: Sequence[str], records: Sequence[Record], frameworks: Sequence[str]) -> tuple[Subject, ...]:
    """Every framework in the tunings that are asked for, else in those of its own runs; the reference at the end.

    One without passes is there in the first tuning alone, which is like the others.
    """
    tunings = tunings_of(asked or [TUNED], frameworks)
    own = {name: tunings if asked else _own_tunings(name, records) for name in frameworks}
    taken = {name: found if find_backend(name).passes else found[:1] for name, found in own.items()}
    return (*(Subject(name, tuning) for name in frameworks for tuning in taken[name]), Subject(reference_name()))


def _own_tunings(backend: str, records: Sequence[Record]) -> tuple[str, ...]:
    """Those of the backend's runs, tuned and plain first; tuned where it has none."""
    found = {record.spec.tuning for record in records if backend in relay_members(record.backend)}
    return tuple(sorted(found, key=lambda tuning: (tuning != TUNED, tuning != PLAIN, tuning))) or (TUNED,)


def _folder_name(records: Sequence[Record], cases: Sequence[Case]) -> str:
    """The folder of a comparison's certificate: it must not take the place of one in another precision."""
    asked = precisions(cases)
    own = asked == {_own_precision(records)}
    return CERTIFICATE_FOLDER if own else "-".join([CERTIFICATE_FOLDER, *sorted(asked)])


def _check(request: CertificateRequest) -> None:
    given = {name for name in request.__struct_fields__ if getattr(request, name) not in (None, (), "mnist", 0)}
    excluded = {
        "run": (*TRAINING, "suite", "dataset", "resize", "gray", "rgb", "pad", "invert", "train_size", "seed"),
        "suite": (*TRAINING, "train_size", "steps", "epochs"),
        "steps": ("epochs",),
    }
    for name, others in excluded.items():
        wrong = [f"--{OPTIONS.get(other, other).replace('_', '-')}" for other in others if {name, other} <= given]
        if wrong:
            raise UsageError(f"--{name} cannot be given together with {' and '.join(wrong)}: leave one of them out.")
    if request.precision not in (None, *PRECISIONS):
        raise unknown("precision", str(request.precision), PRECISIONS)
    if request.suite not in (None, *SUITES):
        raise unknown("suite", str(request.suite), tuple(SUITES))
    check_seed(request.seed, "--seed")
    for name, value in (("steps", request.steps), ("epochs", request.epochs)):
        if value is not None and value < 1:
            raise UsageError(f"--{name} must be at least 1 (it is {value}).")


def _without_reference(names: Sequence[str], choices: Mapping[str, Choice]) -> tuple[str, ...]:
    """The backends but the reference, which takes part anyway; raises UsageError where none is left."""
    found = [name for name in backend_names(names, choices, reference=False) if name != reference_name()]
    if not found:
        raise UsageError(
            f"A certificate compares backends with one another, and {reference_name()} takes part anyway: name another "
            "one, such as --backends torch,keras."
        )
    return tuple(found)


def _of_architectures(request: CertificateRequest) -> tuple[Case, ...]:
    architectures = find_architectures(request.architectures or DOCUMENTED)
    images = RequestedImages(request.dataset, train_size=request.train_size, changes=_changes(request))
    cases = []
    for architecture in (images.fit(one, starts=request.start is not None) for one in architectures):
        recipe = find_recipe(request.recipe) if request.recipe else default_recipe(architecture)
        recipe = recipe.changed(freeze=frozen_patterns(request.freeze))
        cases.append(
            make_case(
                architecture,
                _in_precision(recipe, request),
                images.of(recipe),
                steps=request.steps,
                epochs=request.epochs,
                seed=request.seed,
                start=find_start(request.start, architecture) if request.start else None,
            )
        )
    return tuple(cases)


def _of_suite(request: CertificateRequest, suite: str) -> tuple[Case, ...]:
    precision: Precision = "float32" if request.precision == "float32" else "float64"
    whole = load_changed(request.dataset, _changes(request), train_size=SUITE_TRAIN_SIZE)
    used = subset(whole, train_size=SUITE_TRAIN_SIZE)
    return SUITES[suite](describe_data(whole, used), precision, request.seed)


def _changes(request: CertificateRequest) -> ImageChanges | None:
    return find_changes(request.resize, request.gray, request.pad, request.invert, request.rgb)


def _in_precision(recipe: Recipe, request: CertificateRequest) -> Recipe:
    return recipe.changed(precision=request.precision or "float64")


def _of_comparison(request: CertificateRequest, records: Sequence[Record]) -> tuple[Case, ...]:
    """One case per training of a comparison, with its own recipe and data."""
    specs = _trainings(request, records)
    steps = COMPARISON_STEPS if request.steps is None and request.epochs is None else request.steps
    names = distinct_labels([(spec.architecture.name, _facets(spec)) for spec in specs])
    cases = tuple(
        make_case(
            spec.architecture,
            spec.recipe,
            spec.data,
            steps=steps,
            epochs=request.epochs,
            name=name,
            seed=spec.seed,
            start=spec.start,
        )
        for spec, name in zip(specs, names, strict=True)
    )
    for data in {case.data.fingerprint: case.data for case in cases}.values():
        open_data(data)
    return cases


def _trainings(request: CertificateRequest, records: Sequence[Record]) -> list[RunSpec]:
    """The first run of each training, in one precision for all.

    Those that no backend has come to the end of are left out where others are there: what is not finite cannot match.
    """
    done = [record for record in records if record.status is Status.DONE] or records
    precision = request.precision or _own_precision(done)
    if precision is None:
        raise UsageError(
            f"The comparison was made in {done[0].spec.recipe.precision}, where certificates are made in "
            f"{' or '.join(PRECISIONS)}. Give --precision float64."
        )
    found: dict[RunSpec, RunSpec] = {}
    for record in done:
        found.setdefault(training_of(record.spec), record.spec)
    return [replace(spec, recipe=spec.recipe.changed(precision=precision)) for spec in found.values()]


def _own_precision(records: Sequence[Record]) -> str | None:
    """The first of a comparison's precisions that certificates are made in."""
    found = (record.spec.recipe.precision for record in records)
    return next((precision for precision in found if precision in PRECISIONS), None)


def _facets(spec: RunSpec) -> dict[str, str]:
    """The properties of a training; how it was executed, and how long, are none of a certificate's."""
    training = training_of(spec)
    named = replace(training.data, source=spec.data.source, changes=spec.data.changes)
    return facets(replace(training, data=named, start=spec.start), training.recipe.precision, "")


def _matched(folder: Path) -> list[Record]:
    """The matched runs of a comparison, of which a certificate can be made."""
    found = [record for record in read_records(folder) if record.mode == "matched"]
    if not found:
        raise UsageError(f"{folder} holds no run in the mode `matched`: there is nothing in it to certify.")
    return found
