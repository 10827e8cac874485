"""What all figures of a page are made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mnist_compare.report.certified import OwnCertificate
from mnist_compare.report.limits import detailed
from mnist_compare.report.page.looks import Looks, looks
from mnist_compare.report.statistics import Group


@dataclass(frozen=True)
class Scene:
    """The groups that are drawn, the certificates, and the looks of all rows, which are the same in every figure."""

    groups: tuple[Group, ...]
    certificates: tuple[OwnCertificate, ...]
    looks: Looks

    def some(self, labels: Iterable[str]) -> Looks:
        """The looks of these labels alone, in the order of all."""
        wanted = set(labels)
        return {label: look for label, look in self.looks.items() if label in wanted}


def make_scene(groups: Sequence[Group], certificates: Sequence[OwnCertificate]) -> Scene:
    """Of very many groups, the first ones are drawn."""
    labels = [row.label for group in groups for row in group.rows]
    backends = [subject.backend for own in certificates for subject in own.certificate.subjects]
    backends += [name for own in certificates for pair in own.certificate.pairs for name in pair.names]
    return Scene(tuple(detailed(groups)), tuple(certificates), looks([*labels, *backends]))
