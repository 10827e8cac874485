"""Our own backends pass the check that others are asked to pass."""

import pytest

from mnist_compare.backend import backends
from mnist_compare.testing import check_backend
from mnist_compare_numpy.faults import FAULTS

INSTALLED = [name for name, backend in backends().items() if not backend.missing()]
SLOW = pytest.mark.slow  # it compiles each network


@pytest.mark.parametrize("name", [pytest.param(name, marks=SLOW if name == "keras" else ()) for name in INSTALLED])
def test_every_installed_backend_passes(name):
    """Every installed backend does what all backends do, refuses none of the networks, and each fault is caught."""
    result = check_backend(name).raise_for_failures()
    assert result.findings == ()
    assert result.caught == result.faults == len(FAULTS)
