"""Keeps Python's garbage collector from looking for garbage where there is none, in the program's own processes.

It goes through all objects again and again while a framework makes hundreds of thousands that stay, and once more
before the process ends: of Keras' import it takes a quarter, and of all exits the most.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects that are new since the last look, and looks at them before one at the older ones, and so on: Python's own 700
# and 10 were made for programs that keep few.
THRESHOLDS = (20_000, 20, 100)


def collect_rarely() -> None:
    """From now on look for garbage a thirtieth as often as Python does by itself."""
    gc.set_threshold(*THRESHOLDS)


@contextmanager
def importing() -> Iterator[None]:
    """Collect nothing meanwhile, and never look at what has come into being."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def leave() -> None:
    """Before the process ends: what is left goes with it."""
    gc.freeze()
