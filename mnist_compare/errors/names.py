"""Which valid name somebody means who has written another one: by spelling, or by what other programs call it.

And how a value of any kind is named.
"""

from collections.abc import Iterable
from difflib import get_close_matches

MAX_COMPARED = 100  # letters: comparing longer names takes long, and finds nothing

MAX_SHOWN = 60
LONGEST_NUMBER = 64  # bits

SAME = (
    # layers, and their settings
    ("convolution", "conv", "conv2d", "convolution2d"),
    ("linear", "dense", "fc", "fullyconnected", "innerproduct", "affine"),
    ("max_pooling", "maxpool", "maxpool2d", "maxpooling2d", "pool", "pooling"),
    ("batch_norm", "bn", "batchnorm2d", "batchnorm1d", "batchnormalization", "norm"),
    ("layer_norm", "ln", "layernormalization"),
    ("instance_norm", "in", "instancenorm2d", "instancenormalization"),
    ("group_norm", "gn", "groupnormalization"),
    ("local_response_norm", "lrn", "localresponsenormalization"),
    ("channel_dropout", "dropout2d", "spatialdropout", "spatialdropout2d"),
    ("groups", "numgroups"),
    ("shift", "center"),
    ("flatten", "reshape", "view"),
    ("channels", "filters", "outchannels"),
    ("kernel", "kernelsize", "poolsize", "window", "filtersize"),
    ("size", "kernel", "kernelsize", "poolsize", "window"),
    ("features", "units", "outfeatures", "neurons", "size"),
    ("stride", "strides"),
    ("padding", "pad"),
    ("bias", "usebias"),
    ("rate", "p", "prob", "dropprob"),
    ("epsilon", "eps"),
    # recipes
    ("learning_rate", "lr", "stepsize", "eta"),
    ("weight_decay", "wd", "l2", "decay", "lambda"),
    ("beta1", "betas", "b1"),
    ("beta2", "b2"),
    ("batch_size", "batch", "bs"),
    ("epochs", "nepochs", "maxepochs", "numepochs"),
    ("optimizer", "opt", "optim", "lr", "learningrate", "momentum", "nesterov", "weightdecay", "betas", "eps"),
    ("schedule", "scheduler", "lrschedule", "lrscheduler", "warmup"),
    ("augmentation", "augment", "augmentations", "transforms", "transform"),
    ("rotate", "rotation", "randomrotation"),
    ("shift", "translate", "translation", "randomtranslation"),
    ("scale", "zoom", "randomzoom", "randomaffine"),
    ("flip", "randomflip", "randomhorizontalflip", "hflip", "mirror"),
    ("erase", "randomerasing", "cutout"),
    ("noise", "gaussiannoise"),
    ("contrast", "randomcontrast", "colorjitter"),
    ("elastic", "elastictransform"),
    ("cross_entropy", "ce", "crossentropyloss", "categoricalcrossentropy", "sparsecategoricalcrossentropy", "nll"),
    ("mean_squared_error", "mse", "mseloss", "l2loss"),
    ("sgd", "momentum", "nesterov"),
    ("cosine", "cosineannealing", "cosinedecay"),
    ("step", "steplr", "exponential"),
    ("one_cycle", "onecyclelr", "1cycle"),
    ("factor", "gamma"),
    ("every", "stepsize"),
    ("glorot_uniform", "glorot", "xavier", "xavieruniform"),
    ("he_normal", "he", "kaiming", "kaimingnormal"),
    ("float32", "single", "fp32", "f32"),
    ("float64", "double", "fp64", "f64"),
    ("bfloat16", "bf16", "half", "fp16", "float16"),
    # options of a comparison
    ("architectures", "architecture", "network", "networks", "model", "models", "net"),
    ("backends", "backend", "framework", "frameworks"),
    ("seeds", "seed", "randomstate"),
    ("dataset", "data"),
    ("validation", "validationsize", "validationsplit"),
    ("threads", "numthreads", "nthreads"),
    ("jobs", "njobs", "workers"),
    ("output", "folder", "out", "outputdir", "path"),
    ("progress", "quiet", "verbose"),
)
"""A valid name, and what others call the same thing: in small letters, without _, - and spaces."""


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The one of the `valid` names that is meant by `name`, which is none of them; None where nobody can say."""
    plain = {_plain(each): each for each in valid}
    wanted = _plain(name[:MAX_COMPARED])
    if wanted in plain:
        return plain[wanted]
    for here, *elsewhere in SAME:
        if wanted in elsewhere and _plain(here) in plain:
            return plain[_plain(here)]
    close = get_close_matches(wanted, plain, n=1)
    return plain[close[0]] if close else None


def named(value: object) -> str:
    """The value as Python writes it, cut where it is long, whatever it is."""
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:  # the digits of a vast one cannot be printed
        return "a number of more than 64 bits"
    try:
        shown = repr(value)
    except Exception:  # of a class of the user's own
        shown = f"a value of {type(value).__name__}"
    return shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}..."


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")
