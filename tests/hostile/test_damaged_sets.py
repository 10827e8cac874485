"""Data sets of every format that a reader knows, damaged at any place."""

import pytest
from damaged_sets import attempt_damaged, damages, place_of
from hostile_cases import COUNTS, cases
from hypothesis import given
from published_sets import PUBLISHED


@pytest.mark.parametrize("write", PUBLISHED, ids=lambda write: write.__name__)
def test_a_damaged_set(tmp_path_factory, write):
    """Damage to any file of a set is a refusal in one sentence, or leaves images and labels that stand in the set."""
    place = place_of(tmp_path_factory, write)

    @cases(15)
    @given(damages)
    def attempt(one):
        COUNTS["data set"] += 1
        attempt_damaged(write, place, *one)

    attempt()
