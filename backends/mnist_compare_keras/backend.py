"""What the backend says of itself, without its framework: Keras on TensorFlow."""

import os

from mnist_compare.backend import Backend
from mnist_compare_keras.defaults import DEFAULTS

BACKEND = Backend(
    name="keras",
    title="Keras on TensorFlow",
    modules=("tensorflow", "keras"),
    distributions=("keras", "tensorflow"),
    experiment="mnist_compare_keras.experiment:KerasExperiment",
    source="mnist_compare_keras.source:WRITER",
    install="pip install 'mnist-compare[keras]'",
    aliases=("tensorflow", "tf"),
    passes=("relu-behind-pooling", "bias-behind-pooling", "batch-parts", "thread-sharing"),
    defaults=DEFAULTS,
    data_parallel=True,
    rank=2,
    color="#0072b2",
    marker="s",
    variables={
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",  # errors alone
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # or it takes all memory of the GPU at once
        "TF_NUM_INTEROP_THREADS": "1",
    },
    thread_variables=("TF_NUM_INTRAOP_THREADS",),
    worker_variables={"KERAS_HOME": os.devnull},  # no folder, so that no keras.json is read, and none is written
    certificate_variables={"TF_ENABLE_ONEDNN_OPTS": "0"},
)
