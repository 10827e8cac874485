import sys
from pathlib import Path

# The backends of other people and their faults, which the tests of the runner use too.
sys.path.append(str(Path(__file__).parents[1] / "runner"))
