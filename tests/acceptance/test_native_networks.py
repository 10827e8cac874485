"""Every network in the files of each framework: another process computes and reads the same from them."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "native_networks.py"
WITHOUT_KERAS = "Keras has no layer of its own for"


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["torch", "keras", "paddle"])
def test_every_network_in_every_kind_of_file(backend, tmp_path):
    """Outputs within a hundred-thousandth, weights to the bit; what cannot be written has a reason."""
    if not find_spec({"keras": "tensorflow"}.get(backend, backend)):
        pytest.skip(f"{backend} is not installed")
    for what in ("write", "read"):
        command = [sys.executable, str(PROGRAM), what, backend, str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=1500, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert len(found) > 150
    most = max(one.get("off", 0) for one in found.values())
    sys.stdout.write(f"{backend}: {len(found)} files, at most {most:.1e} off\n")
    assert {name: one for name, one in found.items() if one.get("off", 0) > 1e-5} == {}
    assert [name for name, one in found.items() if one.get("same") is False] == []
    assert all(one["refused"].startswith(WITHOUT_KERAS) for one in found.values() if "refused" in one)
