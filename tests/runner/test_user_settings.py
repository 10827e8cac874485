"""Settings that a user has made for other purposes, and names that a user has given: runs end with the same bits."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from processes import outcome

from mnist_compare.data import subset
from mnist_compare_numpy.experiment import NumpyExperiment

FRAMEWORKS = ("torch", "keras", "paddle")
KERAS_JSON = {"image_data_format": "channels_first", "floatx": "float16", "epsilon": 0.1, "backend": "jax"}
HOSTILE = {
    "ATEN_CPU_CAPABILITY": "default",
    "DNNL_DEFAULT_FPMATH_MODE": "BF16",
    "FLAGS_check_nan_inf": "1",
    "FLAGS_use_mkldnn": "1",
    "KERAS_BACKEND": "jax",
    "MKL_CBWR": "COMPATIBLE",
    "MPLBACKEND": "nonsense",
    "OMP_NUM_THREADS": "many",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "PYTHONHASHSEED": "7",
    "PYTHONIOENCODING": "ascii",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit",
    "TORCHDYNAMO_DISABLE": "1",
    "XLA_FLAGS": "--no_such_flag",
}
BEGINNING = 'Übung "1" 数字 '
LONG = BEGINNING + "x" * (250 - len(BEGINNING.encode()) - len(".npz"))  # a name may have 255 bytes


def run(place, data, output, **variables):
    asked = ["--backends", ",".join(FRAMEWORKS), "--architectures", "cnn", "--epochs", "1", "--threads", "1"]
    command = [sys.executable, "-m", "mnist_compare", *asked, "--no-retime", "--dataset", data, "--output", output]
    environment = {name: value for name, value in os.environ.items() if name not in HOSTILE} | variables
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return {name: outcome(place / output, name) for name in FRAMEWORKS}


@pytest.mark.slow
def test_settings_and_names_change_nothing(mnist, tmp_path):
    """Settings for frameworks and Python, a keras.json, a matplotlibrc in Latin-1, and a folder and data whose names
    have letters of all kinds, spaces and 250 bytes change no bit of a run in any framework.
    """
    small = subset(mnist, train_size=100, test_size=100)
    arrays = {"x_train": small.train_images, "y_train": small.train_labels}
    arrays |= {"x_test": small.test_images, "y_test": small.test_labels}
    for name in ("plain.npz", f"{LONG}.npz"):
        with (tmp_path / name).open("wb") as file:
            np.savez(file, **arrays)
    home = tmp_path / "home"
    (home / ".keras").mkdir(parents=True)
    (home / ".keras" / "keras.json").write_text(json.dumps(KERAS_JSON))
    plain = run(tmp_path, "plain.npz", "plain")
    (tmp_path / "matplotlibrc").write_bytes("font.size: 10  # größer".encode("latin-1"))
    assert run(tmp_path, f"{LONG}.npz", LONG, HOME=str(home), **HOSTILE) == plain
    assert json.loads((home / ".keras" / "keras.json").read_text()) == KERAS_JSON


IN_PROCESS = """
import sys
import numpy as np
from mnist_compare_keras import KerasExperiment
from mnist_compare.data import Dataset
import keras
assert keras.config.image_data_format() == "channels_first"
arrays = np.load("small.npz")
data = Dataset.from_arrays(*(arrays[name] for name in ("x_train", "y_train", "x_test", "y_test")))
for network in ("cnn", "mlp"):
    for mode in ("matched", "native"):
        experiment = KerasExperiment(network, mode=mode)
        print(network, mode, experiment.fit(data, epochs=1)[0].test_loss)
"""


@pytest.mark.slow
def test_a_users_keras_json_changes_nothing_in_a_process_of_the_users(small, tmp_path):
    """Who trains with Keras by the library gets the reference's numbers, with channels_first in keras.json too; in
    native mode those without it.
    """
    arrays = (small.train_images, small.train_labels, small.test_images, small.test_labels)
    np.savez(tmp_path / "small.npz", **dict(zip(("x_train", "y_train", "x_test", "y_test"), arrays, strict=True)))
    said = []
    for settings in ({"image_data_format": "channels_first", "epsilon": 0.1}, {}):
        (tmp_path / "keras.json").write_text(json.dumps(settings))
        code = IN_PROCESS if settings else IN_PROCESS.replace("_first", "_last")
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=os.environ | {"KERAS_HOME": str(tmp_path), "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said.append([line.rsplit(" ", 1) for line in done.stdout.splitlines()])
    assert said[0] == said[1]
    losses = {name: float(loss) for name, loss in said[0]}
    assert len(losses) == 4
    reference = NumpyExperiment("mlp").fit(small, epochs=1)[0].test_loss
    assert losses["mlp matched"] == pytest.approx(reference, rel=1e-5)


def test_a_name_that_is_too_long_is_refused(tmp_path):
    """A folder's name of more bytes than a file system takes is an error in a sentence."""
    command = [sys.executable, "-m", "mnist_compare", "-b", "numpy", "-a", "linear", "--output", "数" * 250]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "File name too long" in done.stderr
    assert "Traceback" not in done.stderr
