"""What the adapters' choices are worth: the adapter with another choice, against the adapter as it is."""

from functools import partial

import msgspec
from msgspec.structs import replace

from benchmarks.job import Job, busiest, seconds
from benchmarks.measurement import Measurement, of_ratios, without_ratio
from benchmarks.overhead import LOSS_TOLERANCE, difference
from benchmarks.pairs import alternate, ratios
from benchmarks.process import SampleError, Variables, take, worker_variables
from benchmarks.size import Size, frameworks
from benchmarks.task import Task
from mnist_compare.backend import find_backend
from mnist_compare.document.words import plural
from mnist_compare.host.environment import processor_variables

NAME = "choices"
MEANING = "seconds of steady training by the adapter with another choice / by the adapter as it is"


class Choice(msgspec.Struct, frozen=True):
    """Another choice: what it is, and what makes it, in these networks: passes that are left out, a change
    (a function of changes.py), an execution, or environment variables (None: not set).
    """

    backend: str
    instead: str
    without: tuple[str, ...] = ()
    change: str = ""
    execution: str = "auto"
    variables: Variables = {}
    networks: tuple[str, ...] = ("cnn",)

    @property
    def tuning(self) -> str:
        """The passes of the backend but for those that are left out."""
        kept = [name for name in find_backend(self.backend).passes if name not in self.without]
        return "+".join(kept) if self.without else "tuned"


BOTH = ("cnn", "mlp")
BIAS = ("bias-behind-pooling",)
BIAS_AND_RELU = ("bias-behind-pooling", "relu-behind-pooling")
SPINNING: Variables = {"GOMP_SPINCOUNT": "300000"}
GIVING_BACK: Variables = {"MALLOC_MMAP_THRESHOLD_": None, "MALLOC_TRIM_THRESHOLD_": None}
CHOICES = (
    Choice("torch", "channels first", without=("channels-last", "flat-order")),
    Choice("torch", "values moved in front of the linear layer", without=("flat-order",)),
    Choice("torch", "torch.optim as it is by default", change="torch_optimizer", networks=BOTH),
    Choice("torch", "bias in front of the pooling", without=BIAS),
    Choice("torch", "bias and ReLU in front of the pooling", without=BIAS_AND_RELU),
    Choice("torch", "results in memory of their own", without=("in-place",), networks=("resnet18",)),
    Choice("torch", "torch.compile", execution="compiled", networks=BOTH),
    Choice("torch", "threads that spin for longer", variables=SPINNING),
    Choice("torch", "memory given back in every step", variables=GIVING_BACK, networks=("speedrun",)),
    Choice("keras", "whole batches", without=("batch-parts", "thread-sharing")),
    Choice("keras", "bias in front of the pooling", without=BIAS),
    Choice("keras", "bias and ReLU in front of the pooling", without=BIAS_AND_RELU),
    Choice("keras", "TensorFlow's operation for a step of Adam", change="keras_adam"),
    Choice("keras", "no graphs", execution="eager", networks=BOTH),
    Choice("keras", "XLA", variables={"TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit"}),
    Choice("keras", "without oneDNN", variables={"TF_ENABLE_ONEDNN_OPTS": "0"}),
    Choice("keras", "memory given back in every step", variables=GIVING_BACK, networks=("speedrun",)),
    Choice("paddle", "the bias as Paddle adds it", without=(*BIAS, "bias-rows")),
    Choice("paddle", "convolution as unfold and product", without=BIAS, change="paddle_unfold"),
    Choice("paddle", "all threads", without=("one-thread",)),
    Choice("paddle", "one thread", change="paddle_one_thread", networks=("mlp", "lstm")),
    Choice("paddle", "bias in front of the pooling", without=BIAS),
    Choice("paddle", "bias and ReLU in front of the pooling", without=BIAS_AND_RELU),
    Choice("paddle", "paddle.jit.to_static", execution="compiled", networks=BOTH),
    Choice("paddle", "oneDNN", variables={"FLAGS_use_onednn": "1"}),
    Choice("paddle", "MKL not told the processor", variables={"MKL_DEBUG_CPU_TYPE": "0"}, networks=BOTH),
    Choice("paddle", "memory given back in every step", variables=GIVING_BACK, networks=("speedrun",)),
)


def jobs(size: Size) -> list[Job]:
    """A job per choice that there is on this machine."""
    set_here = processor_variables()
    return [
        Job(NAME, choice.backend, architecture, partial(measure, size, choice, architecture))
        for choice in CHOICES
        for architecture in choice.networks
        if choice.backend in frameworks()
        and architecture in size.choices
        and ("MKL_DEBUG_CPU_TYPE" in set_here or "MKL_DEBUG_CPU_TYPE" not in choice.variables)
    ]


def measure(size: Size, choice: Choice, architecture: str) -> list[Measurement]:
    """Train with both in turn; refused where they have not the same loss in the first epoch."""
    images, epochs = size.training(architecture, choice.backend)
    task = Task(architecture, images, max(1, epochs // 2), backend=choice.backend)
    changed = replace(task, change=choice.change, execution=choice.execution, tuning=choice.tuning)
    setting = f"{choice.instead}; {task.images:,} images, {plural(task.epochs, 'epoch')}"
    refused = partial(without_ratio, NAME, choice.backend, architecture, MEANING, setting=setting)
    try:
        other, ours = alternate(
            size.repeats,
            partial(take, "adapter", changed, worker_variables() | choice.variables),
            partial(take, "adapter", task),
        )
    except SampleError as error:
        return [refused(note=f"failed: {error}")]
    reason = difference(other[0], ours[0], LOSS_TOLERANCE)
    if reason:
        return [refused(note=reason)]
    return [
        of_ratios(
            NAME,
            choice.backend,
            architecture,
            MEANING,
            ratios(seconds(other), seconds(ours)),
            setting=setting,
            values={"other s": seconds(other), "adapter s": seconds(ours)},
            other_cores=busiest(other, ours),
        )
    ]
