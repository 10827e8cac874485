import sys
from pathlib import Path

# The backends of other people and the synthetic records, which the tests of runner and report use too.
sys.path += [str(Path(__file__).parents[1] / name) for name in ("runner", "report")]
