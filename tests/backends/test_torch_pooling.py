import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

WORK = Path(__file__).with_name("torch_pooling.py")


@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")
def test_evaluation_pools_as_training_does():
    """Evaluation finds the largest values by another way than training: of every size and side, NaN among them, the
    values are the same.
    """
    done = subprocess.run([sys.executable, WORK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
