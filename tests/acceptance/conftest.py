import sys
from pathlib import Path

# The backends of other people and their faults, random networks, and a server, which other tests use too.
sys.path += [str(Path(__file__).parents[1] / name) for name in ("runner", "certify", "serve")]
