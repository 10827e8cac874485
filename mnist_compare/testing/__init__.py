"""The kit for backends of other people: `check_backend` says what a backend does not do as all others do."""

from mnist_compare.certify.finding import CheckFailed, CheckResult, Finding
from mnist_compare.testing.kit import check_backend

__all__ = ["CheckFailed", "CheckResult", "Finding", "check_backend"]
