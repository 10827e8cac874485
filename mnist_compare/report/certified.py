"""What a comparison's certificate means for its report: which backends may be compared in speed, and which may not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path

import msgspec

from mnist_compare.backend import backends, reference_name, relay_members
from mnist_compare.certify.case import PRECISIONS, precisions, training_of
from mnist_compare.certify.certificate import (
    CERTIFICATE_FILE,
    CERTIFICATE_FOLDER,
    Certificate,
    Pair,
    read_certificate,
)
from mnist_compare.certify.subject import Subject
from mnist_compare.document.words import listing
from mnist_compare.lowering import PLAIN
from mnist_compare.records.spec import RunSpec
from mnist_compare.report.statistics import Group

COMMAND = "python -m mnist_compare certify --run DIR"  # a report names no place outside its folder, which may be moved


@dataclass(frozen=True)
class OwnCertificate:
    """A certificate of a comparison, and the folder in which it lies, within that of the comparison."""

    certificate: Certificate
    folder: str = CERTIFICATE_FOLDER

    @property
    def link(self) -> str:
        """The document, from the comparison's folder."""
        return f"{self.folder}/certificate.md"

    @cached_property
    def cases(self) -> dict[RunSpec, set[str]]:
        """The names of the cases of each training; there are hundreds where the comparison was a sweep."""
        found: dict[RunSpec, set[str]] = {}
        for case in self.certificate.cases:
            found.setdefault(training_of(case), set()).add(case.name)
        return found


def own_certificates(folder: Path) -> tuple[OwnCertificate, ...]:
    """The certificates that lie in a comparison's folder, one in each precision; raises OutputError where one cannot be
    read.
    """
    names = [CERTIFICATE_FOLDER, *(f"{CERTIFICATE_FOLDER}-{precision}" for precision in PRECISIONS)]
    found = [(read_certificate(folder / name / CERTIFICATE_FILE), name) for name in names]
    return tuple(OwnCertificate(certificate, name) for certificate, name in found if certificate)


def certified_groups(groups: Sequence[Group], certificates: Sequence[OwnCertificate]) -> tuple[Group, ...]:
    """The groups, each with the pairs of its backends that differ in a certificate, plain from tuned included."""
    return tuple(_certified(group, certificates) for group in groups)


def group_pairs(group: Group, certificates: Sequence[OwnCertificate]) -> list[Pair]:
    """The pairs of certificates that are of the group's own training, in the versions that its runs are of."""
    return [
        pair
        for own in certificates
        for others in [_others(group, own)]
        for pair in _pairs(group.spec, [own])
        if not pair.names & others
    ]


def certificate_sentences(groups: Sequence[Group], certificates: Sequence[OwnCertificate]) -> list[str]:
    """What is certified of the groups and what is not; how to make a certificate where there is none."""
    matched = [group for group in groups if group.finished and group.spec.mode == "matched"]
    if not matched:
        return []
    if not certificates:
        return _advice([group for group in groups if group.spec.mode == "matched"])
    from mnist_compare.certify.sentences import verdict

    several = len(certificates) > 1
    told = [
        f"{'In ' + listing(sorted(precisions(own.certificate.cases))) + ': ' if several else ''}{sentence}"
        for own in certificates
        for sentence in verdict(own.certificate)
    ]
    return [*told, *uncertified_sentences(groups, certificates)]


def uncertified_sentences(groups: Sequence[Group], certificates: Sequence[OwnCertificate]) -> list[str]:
    """Of which backends and versions the certificates say nothing."""
    matched = [group for group in groups if group.finished and group.spec.mode == "matched"]
    return [*_missing(matched, certificates), *_outdated(matched, certificates)]


def _advice(groups: Sequence[Group]) -> list[str]:
    command = certificate_command(groups)
    if not command:
        return []
    return [
        "There is no certificate yet that the backends run the same training. This command makes it: "
        f"{command}, where DIR is the folder of this report."
    ]


def certificate_command(groups: Sequence[Group]) -> str:
    """The command that makes a certificate; "" where there are no two backends that one could compare."""
    asked = list(dict.fromkeys(row.backend for group in groups for row in group.rows))
    found = [name for name in dict.fromkeys(chain(*map(relay_members, asked))) if name != reference_name()]
    if not found:
        return ""
    command = (
        COMMAND if all(relay_members(name) == [name] for name in asked) else f"{COMMAND} --backends {','.join(found)}"
    )
    if any(group.spec.recipe.precision not in PRECISIONS for group in groups):
        command += " --precision float64"
    return command


def _certified(group: Group, certificates: Sequence[OwnCertificate]) -> Group:
    names = {row.backend for row in group.rows}
    differing = [pair for pair in _pairs(group.spec, certificates) if pair.outcome == "differ" and pair.names <= names]
    changed = [(name, pair) for name in sorted(names) for pair in _changed(name, group.spec, certificates)[:1]]
    return replace(group, failed=tuple({pair.names: pair for pair in differing}.values()), changed=tuple(changed))


def _changed(backend: str, spec: RunSpec, certificates: Sequence[OwnCertificate]) -> list[Pair]:
    """The pairs of the backend's plain network and the one with the run's tuning that a certificate has not matched."""
    names = {Subject(backend, spec.tuning).name, Subject(backend, PLAIN).name}
    return [
        pair
        for own in certificates
        for cases in [_cases(spec, own)]
        for pair in own.certificate.pairs
        if pair.outcome == "differ" and pair.names == names and pair.case in cases
    ]


def _cases(spec: RunSpec, own: OwnCertificate) -> set[str]:
    """The names of the certificate's cases that are the training of a run."""
    return own.cases.get(training_of(spec), set()) if spec.mode == "matched" else set()


def _pairs(spec: RunSpec, certificates: Sequence[OwnCertificate]) -> list[Pair]:
    """The pairs of the cases that are the group's own training, in whichever precision: of backends with the group's
    own tuning, which have the names of the backends here, and of the reference.
    """
    found = []
    for own in certificates:
        cases = _cases(spec, own)
        backend_of = {
            subject.name: subject.backend
            for subject in own.certificate.subjects
            if subject.tuning == spec.tuning or _has_no_passes(subject.backend)
        }
        found += [
            msgspec.structs.replace(pair, a=backend_of[pair.a], b=backend_of[pair.b])
            for pair in own.certificate.pairs
            if pair.case in cases and pair.names <= backend_of.keys()
        ]
    return found


def _others(group: Group, own: OwnCertificate) -> set[str]:
    """The backends of which a run of the group is of other versions than the certificate."""
    return {
        run.backend
        for run in group.runs
        for package, version in own.certificate.versions.get(run.backend, {}).items()
        if run.versions.get(package, version) != version
    }


def _has_no_passes(backend: str) -> bool:
    """Whether all tunings of a backend are alike, as those of the reference."""
    found = backends().get(backend)
    return found is not None and not found.passes


def _missing(groups: Sequence[Group], certificates: Sequence[OwnCertificate]) -> list[str]:
    """The backends of which no certificate says anything."""
    told = []
    for group in groups:
        names = {name for pair in _pairs(group.spec, certificates) for name in pair.names}
        if missing := list(dict.fromkeys(row.backend for row in group.finished if row.backend not in names)):
            told.append(f"The certificate says nothing of {listing(missing)} training {group.label}.")
    return told


def _outdated(groups: Sequence[Group], certificates: Sequence[OwnCertificate]) -> list[str]:
    """A sentence on the backends whose runs are of other versions than a certificate."""
    others = sorted({name for own in certificates for group in groups for name in _others(group, own)})
    if not others:
        return []
    return [f"The certificate is of other versions of {listing(others)} than the runs are: make it again."]
