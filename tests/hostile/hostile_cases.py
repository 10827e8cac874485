"""What all these tests have in common: how a case is counted, and how it may end."""

import os
from collections import Counter

from hypothesis import HealthCheck, Phase, settings

from mnist_compare.errors import MnistCompareError

COUNTS = Counter()
MAX_SECONDS = 10
FACTOR = int(os.environ.get("HOSTILE_FACTOR", "1"))
"""With a factor above 1: so many times more cases, and others every time."""


def cases(number):
    """Settings of a property test: the same cases every time, none of which takes long."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=FACTOR * number,
        database=None,
        derandomize=FACTOR == 1,
        deadline=1000 * MAX_SECONDS,
        suppress_health_check=checks,
        print_blob=False,
        phases=[
            Phase.explicit,
            Phase.generate,
        ],  # a case that fails is short enough, and making it shorter takes minutes
    )


def attempt(kind, function, *arguments):
    """What the function gives, or None where it refuses with a paragraph. Any other exception is the test's failure."""
    COUNTS[kind] += 1
    try:
        return function(*arguments)
    except MnistCompareError as error:
        refusal = str(error)
    assert len(refusal) > 20
    assert refusal[-1] == ".", refusal[-80:]
    return None
