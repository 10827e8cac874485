"""A disk without room for a file: as far as a program sees, the same as files that may have so many bytes."""

import resource
from contextlib import contextmanager


@contextmanager
def no_room(limit):
    """No file gets more than `limit` bytes, of this process and those that it starts."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
