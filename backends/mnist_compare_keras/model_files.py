"""The files in which Keras's users keep a model."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnist_compare.architecture import Shape
from mnist_compare.errors import BackendError
from mnist_compare.experiment.model_file import Fresh, ModelFile


def _save_keras(model: keras.Model, shape: Shape, path: Path) -> None:
    own = sorted({type(layer).__name__ for layer in model.layers if not type(layer).__module__.startswith("keras.")})
    if own:
        raise BackendError(f"Keras has no layer of its own for {', '.join(own)}: no other program could load it")
    model.save(path)


def _compute_from_keras(path: Path, images: NDArray[np.floating], fresh: Fresh) -> NDArray[np.floating]:
    return _first(_load_keras(path)(_channels_last(images), training=False))


def _load_keras(path: Path) -> keras.Model:
    return keras.saving.load_model(path, compile=False, safe_mode=True)


def _save_saved_model(model: keras.Model, shape: Shape, path: Path) -> None:
    model.export(str(path), format="tf_saved_model", verbose=False)


def _compute_from_saved_model(path: Path, images: NDArray[np.floating], fresh: Fresh) -> NDArray[np.floating]:
    loaded = tf.saved_model.load(str(path))  # its variables live no longer than it does
    return _first(loaded.serve(tf.constant(_channels_last(images))))


def _channels_last(images: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1))


def _first(outputs: Any) -> NDArray[np.floating]:
    """The outputs of the network, and not those of auxiliary heads, which follow."""
    return np.asarray(outputs[0] if isinstance(outputs, list | tuple) else outputs)


FILES = (
    ModelFile(
        ".keras",
        "the whole model, in Keras's own format; images are [N, H, W, C]",
        'model = keras.saving.load_model("{file}")',
        _save_keras,
        _compute_from_keras,
        _load_keras,
    ),
    ModelFile(
        ".saved_model",
        "the whole model, as TensorFlow's SavedModel (a folder); images are [N, H, W, C]",
        'model = tf.saved_model.load("{file}").serve',
        _save_saved_model,
        _compute_from_saved_model,
    ),
)
