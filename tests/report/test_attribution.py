"""Where a gap between two frameworks comes from."""

import pytest

from mnist_compare.report.attribution import Share


def test_shares_add_up() -> None:
    """The defaults' share is what the engine's leaves of the native gap."""
    share = Share("cnn", "torch", "keras", native=(1.5, 0.5), matched=(0.1, -0.1))
    assert share.defaults == pytest.approx((1.4, 0.6))
