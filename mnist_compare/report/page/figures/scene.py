"""What all figures of a page are made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from mnist_compare.report.certified import OwnCertificate
from mnist_compare.report.limits import detailed, without_settings
from mnist_compare.report.page.figures.bounds import first_within, share_of
from mnist_compare.report.page.figures.course import Course, courses_of
from mnist_compare.report.page.looks import Looks, looks
from mnist_compare.report.settings import Study, find_studies
from mnist_compare.report.statistics import Group

MOST_ROWS = 150
"""Backends of all networks together."""


@dataclass(frozen=True)
class Scene:
    """The groups that are drawn, the certificates, and the looks of all rows, which are the same in every figure.

    So many groups are `left` out; `studies` are the settings of all of them. The more rows there are, the fewer
    `points` has a line, and the fewer `marks`.
    """

    groups: tuple[Group, ...]
    certificates: tuple[OwnCertificate, ...]
    looks: Looks
    left: int = 0
    studies: tuple[Study, ...] = ()

    @property
    def rows(self) -> int:
        """Backends of all groups."""
        return sum(len(group.rows) for group in self.groups)

    @property
    def points(self) -> int:
        """How many a line has at most."""
        return share_of(5000, self.rows, 12, 100)

    @property
    def marks(self) -> int:
        """How many a line has at most."""
        return share_of(360, self.rows, 2, 8)

    @cached_property
    def courses(self) -> list[list[Course]]:
        """Of each group that has any."""
        return [courses for group in self.groups if (courses := courses_of(group))]

    def some(self, labels: Iterable[str]) -> Looks:
        """The looks of these labels alone, in the order of all."""
        wanted = set(labels)
        return {label: look for label, look in self.looks.items() if label in wanted}


def make_scene(groups: Sequence[Group], certificates: Sequence[OwnCertificate]) -> Scene:
    """Of very many groups, the first ones are drawn."""
    labels = [row.label for group in groups for row in group.rows]
    backends = [subject.backend for own in certificates for subject in own.certificate.subjects]
    backends += [name for own in certificates for pair in own.certificate.pairs for name in pair.names]
    drawn = first_within(detailed(groups), MOST_ROWS, lambda group: len(group.rows))
    trained = sum(any(run.history or run.test for run in group.runs) for group in without_settings(groups))
    return Scene(
        tuple(drawn), tuple(certificates), looks([*labels, *backends]), trained - len(drawn), find_studies(groups)
    )
