"""What ONNX Runtime computes of a file, in a process of its own: `python -m mnist_compare.export.onnx.runtime MODEL
IMAGES OUTPUTS` reads the images from one .npy file, and writes the outputs to another.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.shared import map_array
from mnist_compare.errors import BackendError
from mnist_compare.host.environment import worker_environment

MODULE = "mnist_compare.export.onnx.runtime"
TIMEOUT_SECONDS = 300.0


def run_model(model: Path, images: NDArray[Any]) -> NDArray[Any]:
    """The outputs of a model for images; raises BackendError with the reason where there are none."""
    with tempfile.TemporaryDirectory(prefix="mnist_compare-") as folder:
        given, made = Path(folder) / "images.npy", Path(folder) / "outputs.npy"
        np.save(given, images, allow_pickle=False)
        command = [sys.executable, "-m", MODULE, str(model.absolute()), str(given), str(made)]
        environment = worker_environment(sys.executable)
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, timeout=TIMEOUT_SECONDS, check=False, text=True
            )
        except subprocess.TimeoutExpired:
            raise BackendError(f"ONNX Runtime has not answered within {TIMEOUT_SECONDS:.0f} seconds.") from None
        if done.returncode:
            said = done.stderr.strip().rpartition("\n")[2][:500] or f"exit code {done.returncode}"
            raise BackendError(f"ONNX Runtime does not take {model}: {said}")
        return np.array(map_array(made))


def main() -> None:
    """Compute the outputs."""
    import onnxruntime

    model, images, outputs = sys.argv[1:]
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    np.save(outputs, session.run(None, {given.name: np.array(map_array(Path(images)))})[0], allow_pickle=False)


if __name__ == "__main__":
    main()
