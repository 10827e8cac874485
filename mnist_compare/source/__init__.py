"""A network and its recipe as a program of one framework alone, which trains as the matched runs do."""

from mnist_compare.source.finding import find_writer, writers
from mnist_compare.source.line import Line, block, call, line, unless
from mnist_compare.source.program import Piece, Program
from mnist_compare.source.task import Task
from mnist_compare.source.writer import Writer

__all__ = ["Line", "Piece", "Program", "Task", "Writer", "block", "call", "find_writer", "line", "unless", "writers"]
