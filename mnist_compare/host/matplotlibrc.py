"""The settings that a user has made for matplotlib, which concern no process of this program."""

import os
import sys
from contextlib import chdir, suppress


def ignore_matplotlibrc() -> None:
    """Have matplotlib read none of the user's settings, in a process that is this program's own.

    Figures have a style of their own. And where matplotlib meets a file that is not UTF-8, or may not be read, it
    cannot be imported, nor can a framework that imports it. It looks for the file in the current folder first, whatever
    its variable says: where there is one, it is imported from another folder, now, while no thread needs this one.
    """
    os.environ["MATPLOTLIBRC"] = os.devnull
    if os.path.exists("matplotlibrc") and "matplotlib" not in sys.modules:  # noqa: PTH110  as matplotlib asks
        with suppress(ImportError), chdir(os.path.dirname(os.path.abspath(__file__))):  # noqa: PTH100, PTH120
            import matplotlib  # noqa: F401
