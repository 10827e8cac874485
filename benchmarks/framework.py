"""A framework that is imported and does nothing: the memory that everybody pays who uses it.

python -m benchmarks.framework none --backend torch
"""

from importlib import import_module

from benchmarks.task import Sample, Task, run
from mnist_compare.backend import find_backend


def measure(task: Task) -> Sample:
    """Import the framework."""
    for module in find_backend(task.backend).modules:
        import_module(module)
    return Sample()


if __name__ == "__main__":
    run(measure)
