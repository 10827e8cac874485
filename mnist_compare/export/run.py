"""What other tools are told of a run: settings, numbers of every epoch, numbers of the whole run, and tags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from mnist_compare.certify.certificate import Pair, overall
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.io.terminal import to_json
from mnist_compare.records.frame import COLUMNS
from mnist_compare.records.record import Record
from mnist_compare.report.certified import OwnCertificate, group_pairs
from mnist_compare.report.statistics import group_runs

Setting = str | int | float

SETTINGS = (
    "architecture",
    "backend",
    "seed",
    "mode",
    "tuning",
    "recipe",
    "precision",
    "device",
    "threads",
    "processes",
    "epochs",
    "batch_size",
    "optimizer",
    "learning_rate",
    "train_size",
    "test_size",
)
"""What a run was asked to be, by the columns of results.csv."""
TOTALS = (
    "test_accuracy",
    "test_loss",
    "train_accuracy",
    "train_loss",
    "train_seconds",
    "total_seconds",
    "images_per_second",
    "peak_memory_bytes",
)
"""What came of it, after the last epoch or over all of them, by the columns of results.csv."""
PER_EPOCH = tuple(name for name in EpochResult.__struct_fields__ if name not in ("epoch", "loss_every", "step_losses"))
"""What is known after each epoch."""
NO_CERTIFICATE = "none"


@dataclass(frozen=True)
class Epoch:
    """The numbers after an epoch, and when that was: seconds since 1970."""

    number: int
    moment: float
    values: Mapping[str, float]


@dataclass(frozen=True)
class ExportedRun:
    """A record as other tools take it. `name` is unique in an export, and can be that of a folder.

    `certificate` is the verdict on its training against other backends, by name.
    """

    record: Record
    name: str
    certificate: Mapping[str, str]

    @property
    def network(self) -> str:
        """What its folder or experiment is called."""
        return _plain_name(self.record.architecture)

    @property
    def begin(self) -> float:
        """When it was started, in seconds since 1970."""
        return _moment(self.record.started)

    @property
    def end(self) -> float:
        """When it ended."""
        return _moment(self.record.finished)

    @property
    def settings(self) -> dict[str, Setting]:
        """Those of SETTINGS that the record has."""
        found = {name: COLUMNS[name](self.record) for name in SETTINGS}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def totals(self) -> dict[str, float]:
        """Those of TOTALS that the record has."""
        found = {name: COLUMNS[name](self.record) for name in TOTALS}
        return {name: float(value) for name, value in found.items() if value is not None}

    @property
    def epochs(self) -> list[Epoch]:
        """Each with the numbers that it has. When it ended follows from the seconds that the phases took, as far as the
        record has them.
        """
        times = self.record.times
        before = self.begin + times.start + times.imports + times.data + times.build + times.first_step
        history = self.record.history
        taken = accumulate(
            epoch.train_seconds + epoch.evaluation_seconds + epoch.checkpoint_seconds for epoch in history
        )
        return [
            Epoch(epoch.epoch, min(before + seconds, self.end), _values(epoch))
            for epoch, seconds in zip(history, taken, strict=True)
        ]

    @property
    def tags(self) -> dict[str, str]:
        """How it ended, by what it was made, and what is certified of its training."""
        record = self.record
        made = record.provenance
        found = {
            "status": record.status.value,
            "reason": record.reason,
            "key": record.key,
            "dataset": record.spec.data.source,
            "image_changes": str(record.spec.data.changes or ""),
            "dataset_sha256": record.spec.data.fingerprint,
            "weights_sha256": record.weights_sha256 or "",
            "command": made.command if made else "",
            "revision": (made.revision or "") if made else "",
            "certificate": overall_verdict(self.certificate),
        }
        found |= {f"certificate.{other}": verdict for other, verdict in self.certificate.items()}
        found |= {f"version.{package}": version for package, version in record.versions.items()}
        found |= {
            f"machine.{name}": fact if isinstance(fact, str) else to_json(fact) for name, fact in record.machine.items()
        }
        return {name: text for name, text in found.items() if text}


def exported_runs(records: Sequence[Record], certificates: Sequence[OwnCertificate]) -> list[ExportedRun]:
    """The runs, by network and in the order of the groups of a report; replaced ones are left out."""
    found: dict[str, ExportedRun] = {}
    for group in group_runs(records):
        pairs = group_pairs(group, certificates)
        for run in group.runs:
            name = _unique(_run_name(run), found)
            found[name] = ExportedRun(run, name, _verdicts(run.backend, pairs))
    return list(found.values())


def overall_verdict(certificate: Mapping[str, str]) -> str:
    """The gravest of the verdicts; "none" where there is none."""
    return next((one for one in ("differ", "undecidable", "match") if one in certificate.values()), NO_CERTIFICATE)


def _verdicts(backend: str, pairs: Sequence[Pair]) -> dict[str, str]:
    """The verdicts on the pairs of a backend with others, by the name of the other."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        for own, other in ((pair.a, pair.b), (pair.b, pair.a)):
            if own == backend and other != backend:
                found.setdefault(other, []).append(pair)
    return {other: overall(same) for other, same in sorted(found.items())}


def _run_name(run: Record) -> str:
    """Backend, what is not the default, seed, and the first digits of the key."""
    parts = [run.backend]
    parts += [run.mode] if run.mode != "matched" else []
    parts += [run.spec.tuning] if run.spec.tuning != "tuned" else []
    parts += [f"{run.spec.processes}-processes"] if run.spec.processes > 1 else []
    return _plain_name("-".join([*parts, f"seed{run.seed}", run.key[:8]]))


def _plain_name(text: str) -> str:
    """The text as the name of a folder anywhere: letters, digits, - and _, of bounded length."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "_" for letter in text)
    return plain[:100] or "_"


def _unique(name: str, taken: Mapping[str, object]) -> str:
    number = 2
    unique = name
    while unique in taken:
        unique = f"{name}-{number}"
        number += 1
    return unique


def _values(epoch: EpochResult) -> dict[str, float]:
    found = {name: getattr(epoch, name) for name in PER_EPOCH}
    return {name: float(value) for name, value in found.items() if value is not None}


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
