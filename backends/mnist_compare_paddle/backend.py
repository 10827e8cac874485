"""What the backend says of itself, without its framework: PaddlePaddle."""

from mnist_compare.backend import Backend
from mnist_compare_paddle.defaults import DEFAULTS

BACKEND = Backend(
    name="paddle",
    title="PaddlePaddle",
    modules=("paddle",),
    distributions=("paddlepaddle", "paddlepaddle-gpu"),
    experiment="mnist_compare_paddle.experiment:PaddleExperiment",
    source="mnist_compare_paddle.source:WRITER",
    install="pip install 'mnist-compare[paddle]'",
    aliases=("paddlepaddle",),
    passes=("relu-behind-pooling", "bias-behind-pooling", "bias-rows", "one-thread"),
    defaults=DEFAULTS,
    data_parallel=True,
    rank=3,
    color="#009e73",
    marker="^",
    certificate_variables={"FLAGS_cudnn_deterministic": "1"},
)
