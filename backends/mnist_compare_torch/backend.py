"""What the backend says of itself, without its framework: PyTorch."""

from mnist_compare.backend import Backend
from mnist_compare_torch.defaults import DEFAULTS

BACKEND = Backend(
    name="torch",
    title="PyTorch",
    modules=("torch",),
    distributions=("torch", "torchvision"),
    experiment="mnist_compare_torch.experiment:TorchExperiment",
    source="mnist_compare_torch.source:WRITER",
    install="pip install 'mnist-compare[torch]'",
    aliases=("pytorch",),
    passes=("relu-behind-pooling", "bias-behind-pooling", "channels-last", "flat-order", "in-place"),
    defaults=DEFAULTS,
    data_parallel=True,
    rank=1,
    color="#d55e00",
    marker="o",
)
