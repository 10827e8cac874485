"""What a comparison's certificate means for its report: which backends may be compared in speed, and which may not."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from mnist_compare.certify.case import Case
from mnist_compare.certify.certificate import (
    CERTIFICATE_FILE,
    CERTIFICATE_FOLDER,
    Certificate,
    Pair,
    read_certificate,
)
from mnist_compare.report.statistics import Group
from mnist_compare.report.words import listing
from mnist_compare.results import RunSpec

HOW = "python -m mnist_compare certify --run DIR, where DIR is the folder of this report."
LINK = f"{CERTIFICATE_FOLDER}/certificate.md"


def own_certificate(folder: Path) -> Certificate | None:
    """The certificate that lies in a comparison's folder; raises OutputError where it cannot be read."""
    return read_certificate(folder / CERTIFICATE_FOLDER / CERTIFICATE_FILE)


def certified_groups(groups: Sequence[Group], certificate: Certificate | None) -> tuple[Group, ...]:
    """The groups, each with the pairs of its backends that have failed the certificate."""
    if certificate is None:
        return tuple(groups)
    return tuple(_certified(group, certificate) for group in groups)


def certificate_sentences(groups: Sequence[Group], certificate: Certificate | None) -> list[str]:
    """What is certified of the groups and what is not; how to make a certificate where there is none."""
    matched = [group for group in groups if group.finished and group.spec.mode == "matched"]
    if not matched:
        return []
    if certificate is None:
        return [f"There is no certificate yet that the backends run the same training. This command makes it: {HOW}"]
    from mnist_compare.certify.words import verdict

    return [*verdict(certificate), *_gaps_of(matched, certificate)]


def _certified(group: Group, certificate: Certificate) -> Group:
    names = {row.backend for row in group.rows}
    failed = tuple(pair for pair in _pairs(group.spec, certificate) if pair.outcome == "differ" and pair.names <= names)
    return replace(group, failed=failed)


def _pairs(spec: RunSpec, certificate: Certificate) -> list[Pair]:
    """The pairs of the cases that are the group's own training, in whichever precision."""
    cases = {case.name for case in certificate.cases if spec.mode == "matched" and _same(spec, case)}
    return [pair for pair in certificate.pairs if pair.case in cases]


def _same(spec: RunSpec, case: Case) -> bool:
    """Whether a case is of the network and recipe of a run. A certificate's steps are fewer, so epochs do not count."""
    recipe = msgspec.structs.replace(case.recipe, precision=spec.recipe.precision, epochs=spec.recipe.epochs)
    return case.architecture == spec.architecture and recipe == spec.recipe


def _gaps_of(groups: Sequence[Group], certificate: Certificate) -> list[str]:
    """What the certificate does not cover: networks, backends, versions."""
    told = []
    for group in groups:
        names = {name for pair in _pairs(group.spec, certificate) for name in pair.names}
        if missing := list(dict.fromkeys(row.backend for row in group.finished if row.backend not in names)):
            told.append(f"The certificate says nothing of {listing(missing)} training {group.label}.")
    others = sorted(
        {
            run.backend
            for group in groups
            for run in group.runs
            for package, version in certificate.versions.get(run.backend, {}).items()
            if run.versions.get(package, version) != version
        }
    )
    if others:
        told.append(f"The certificate is of other versions of {listing(others)} than the runs are: make it again.")
    return told
