"""The damage of tests/hostile/test_damaged_sets.py, in many more cases."""

import pytest
from damaged_sets import attempt_damaged, damages, place_of
from hypothesis import HealthCheck, given, settings
from published_sets import PUBLISHED

CASES = 100


@pytest.mark.slow
@pytest.mark.parametrize("write", PUBLISHED, ids=lambda write: write.__name__)
def test_a_damaged_set(tmp_path_factory, write):
    """In a hundred cases of each format there is no traceback, and no wrong number is taken for a right one."""
    place = place_of(tmp_path_factory, write)

    @settings(max_examples=CASES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(damages)
    def attempt(one):
        attempt_damaged(write, place, *one)

    attempt()
