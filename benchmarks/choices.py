"""What the adapters' choices are worth: the adapter with another choice, against the adapter as it is."""

from functools import partial

import msgspec
from msgspec.structs import replace

from benchmarks.job import Job, busiest, seconds
from benchmarks.measurement import Measurement, of_ratios, without_ratio
from benchmarks.overhead import LOSS_TOLERANCE, difference
from benchmarks.pairs import in_turn, ratios
from benchmarks.process import SampleError, Variables, take, worker_variables
from benchmarks.size import Size, frameworks
from benchmarks.task import Task
from mnist_compare.document.words import plural
from mnist_compare.host.environment import processor_variables

NAME = "choices"
MEANING = "seconds of steady training by the adapter with another choice / by the adapter as it is"


class Choice(msgspec.Struct, frozen=True):
    """Another choice: what it is, and the change (a function of changes.py), the execution or the environment variables
    that make it (None: not set), in these networks.
    """

    backend: str
    instead: str
    change: str = ""
    execution: str = "auto"
    variables: Variables = {}
    networks: tuple[str, ...] = ("cnn",)


BOTH = ("cnn", "mlp")
SPINNING: Variables = {"GOMP_SPINCOUNT": "300000"}
GIVING_BACK: Variables = {"MALLOC_MMAP_THRESHOLD_": None, "MALLOC_TRIM_THRESHOLD_": None}
CHOICES = (
    Choice("torch", "channels first", "torch_channels_first"),
    Choice("torch", "values moved in front of the linear layer", "torch_order"),
    Choice("torch", "torch.optim as it is by default", "torch_optimizer", networks=BOTH),
    Choice("torch", "bias in front of the pooling", "torch_early_bias"),
    Choice("torch", "bias and ReLU in front of the pooling", "torch_relu"),
    Choice("torch", "torch.compile", execution="compiled", networks=BOTH),
    Choice("torch", "threads that spin for longer", variables=SPINNING),
    Choice("torch", "memory given back in every step", variables=GIVING_BACK, networks=("speedrun",)),
    Choice("keras", "whole batches", "keras_whole_batches"),
    Choice("keras", "values moved in front of the linear layer", "keras_order"),
    Choice("keras", "bias in front of the pooling", "keras_early_bias"),
    Choice("keras", "bias and ReLU in front of the pooling", "keras_relu"),
    Choice("keras", "TensorFlow's operation for a step of Adam", "keras_adam"),
    Choice("keras", "no graphs", execution="eager", networks=BOTH),
    Choice("keras", "XLA", variables={"TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit"}),
    Choice("keras", "without oneDNN", variables={"TF_ENABLE_ONEDNN_OPTS": "0"}),
    Choice("keras", "memory given back in every step", variables=GIVING_BACK, networks=("speedrun",)),
    Choice("paddle", "the bias as Paddle adds it", "paddle_bias"),
    Choice("paddle", "convolution as unfold and product", "paddle_unfold"),
    Choice("paddle", "all threads", "paddle_threads"),
    Choice("paddle", "one thread", "paddle_one_thread", networks=("mlp",)),
    Choice("paddle", "bias in front of the pooling", "paddle_early_bias"),
    Choice("paddle", "bias and ReLU in front of the pooling", "paddle_relu"),
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
    epochs = max(1, size.epochs[choice.backend] // 2)
    task = Task(architecture, size.images, epochs, backend=choice.backend)
    changed = replace(task, change=choice.change, execution=choice.execution)
    setting = f"{choice.instead}; {task.images:,} images, {plural(task.epochs, 'epoch')}"
    refused = partial(without_ratio, NAME, choice.backend, architecture, MEANING, setting=setting)
    try:
        other, ours = in_turn(
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
