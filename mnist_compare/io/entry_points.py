"""What installed distributions offer by entry point. A look reads the metadata of them all, so there is only one."""

from functools import cache
from importlib import metadata

_look = cache(metadata.entry_points)


@cache
def entry_points(group: str) -> metadata.EntryPoints:
    """Those of a group."""
    return _look().select(group=group)
