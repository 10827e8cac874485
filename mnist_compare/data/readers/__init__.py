"""Readers of the files that people have: one small file each, and one value that all of them give.

`choose_reader` finds the reader of a path; `Reader`, `ReadData` and `ReadOptions` are what a reader of one's own is
made of, which a package names in the entry-point group `mnist_compare.readers`.
"""

from mnist_compare.data.readers.reader import ReadData, Reader, ReadOptions, check_read, parse_options
from mnist_compare.data.readers.registry import choose_reader, found_there, readers

__all__ = [
    "ReadData",
    "ReadOptions",
    "Reader",
    "check_read",
    "choose_reader",
    "found_there",
    "parse_options",
    "readers",
]
