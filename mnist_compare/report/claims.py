"""The three questions of a comparison, each with what may be claimed in answer."""

from collections.abc import Sequence

from mnist_compare.report.accuracy_claim import accuracy_claim
from mnist_compare.report.certified import OwnCertificate
from mnist_compare.report.claim import Claim
from mnist_compare.report.speed_claim import speed_claim
from mnist_compare.report.statistics import Group, compared
from mnist_compare.report.training_claim import training_claim


def claims(groups: Sequence[Group], certificates: Sequence[OwnCertificate]) -> tuple[Claim, Claim, Claim]:
    """Is it the same training, is a framework more accurate, is one faster? Groups are those of `certified_groups`."""
    groups = compared(groups)
    return training_claim(groups, certificates), accuracy_claim(groups), speed_claim(groups)
