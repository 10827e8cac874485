"""Trains with programs of JAX, which no backend is of, in a process without another framework.

    python jax_worker.py CASES

As source_worker.py; `matched` of a case are the losses of another backend's matched run, and where they are not given,
those of the reference are computed here.
"""

import gzip
import json
import sys
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import jax
import jax.numpy as jnp
import numpy as np
from cases import SEED, case_of, largest_gap, programmed, spread_gap
from flax import nnx

from mnist_compare import load_dataset, subset
from mnist_compare.architecture import Attention, LayerNorm, Recurrent, TransposedConvolution
from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.backend import find_backend
from mnist_compare.lowering.layout import ChannelsLast
from mnist_compare.randomness import initial_weights
from mnist_compare.source import find_writer

HOLDS = ("layers", "body", "shortcut", "branches", "head", "cell", "forward_rnn", "backward_rnn")
NAMES = {"weight": "scale", "bias": "bias", "running_mean": "mean", "running_var": "var"}


class Masked(nnx.Module):
    """Takes the place of nnx.Dropout: the factors of each step are given, in the order in which these are made."""

    waiting = iter(())

    def __init__(self, rate, *, rngs, broadcast_dims=()):
        masks = next(self.waiting)
        whole = np.zeros((len(masks), *masks[0].shape), masks[0].dtype)
        for place, mask in zip(whole, masks, strict=True):
            place[: len(mask)] = mask  # the last of an epoch may be smaller
        self.factors, self.step = nnx.Variable(jnp.asarray(whole)), nnx.Variable(jnp.array(0))
        self.deterministic = False

    def __call__(self, x):
        if self.deterministic:
            return x
        factors = self.factors[...][self.step[...]][: len(x)]
        self.step[...] += 1
        return x * factors


def leaves(module):
    """The modules with arrays, in the order in which they are written."""
    held = [getattr(module, name) for name in HOLDS if hasattr(module, name)]
    if not held and jax.tree.leaves(nnx.state(module, (nnx.Param, nnx.BatchStat))):
        yield module
    for one in held:
        for inner in one if isinstance(one, nnx.List) else [one]:
            if isinstance(inner, nnx.Module):
                yield from leaves(inner)


def put(variable, array):
    assert variable.shape == array.shape
    variable[...] = jnp.asarray(array, variable.dtype)


def fill_recurrent(layer, cells, arrays):
    for end in (end for ends in layer.ends for end in ends):
        cell = next(cells)
        put(cell.dense_i.kernel, arrays[f"weight_ih{end}"].T)
        put(cell.dense_h.kernel, arrays[f"weight_hh{end}"].T)
        for name in layer.biases:
            into_state = name == "bias_hh" or type(layer).__name__ == "LSTM"
            put((cell.dense_h if into_state else cell.dense_i).bias, arrays[f"{name}{end}"])


def fill_attention(module, arrays):
    for name in ("query", "key", "value", "out"):
        part = getattr(module, name)
        put(part.kernel, arrays[f"{name}_weight"].T.reshape(part.kernel.shape))
        put(part.bias, arrays[f"{name}_bias"].reshape(part.bias.shape))


def fill(network, architecture):
    """Put the initial weights of the matched runs into a network of flax."""
    found, order = leaves(network), ChannelsLast(architecture.shaped_layers)
    weights = initial_weights(architecture, SEED)
    for shaped in architecture.all_layers:
        names = (*shaped.parameters, *shaped.statistics)
        arrays = {name.rpartition(".")[2]: order.reorder(name, weights[name]) for name in names}
        if isinstance(shaped.layer, Recurrent):
            fill_recurrent(shaped.layer, found, arrays)
        elif isinstance(shaped.layer, Attention):
            fill_attention(next(found), arrays)
        elif arrays:
            fill_simple(shaped, next(found), arrays)
    assert not list(found)


def fill_simple(shaped, module, arrays):
    if hasattr(module, "embedding"):
        put(module.embedding, arrays["weight"])
    elif hasattr(module, "kernel"):
        weight = arrays["weight"]
        if isinstance(shaped.layer, TransposedConvolution):
            weight = weight[:, :, ::-1, ::-1].swapaxes(0, 1)  # flax does not turn it
        put(module.kernel, weight.transpose(2, 3, 1, 0) if weight.ndim == 4 else weight.T)
        if "bias" in arrays:
            put(module.bias, arrays["bias"])
    else:
        for name, array in arrays.items():
            image = isinstance(shaped.layer, LayerNorm) and array.ndim == 3
            put(getattr(module, NAMES[name]), array.transpose(1, 2, 0).ravel() if image else array)


def prepare(precision):
    jax.config.update("jax_enable_x64", precision == "float64")


def channels_last(images):
    return jnp.asarray(images.transpose(0, 2, 3, 1) if images.ndim == 4 else images)


def gap(asked):
    prepare(asked["precision"])
    case, own = case_of(asked), nnx.Dropout
    nnx.Dropout, Masked.waiting = Masked, iter(case.masks(channels_last=True))
    try:
        program = programmed("jax", case.network, case.recipe)
        network = program.make_network()
        fill(network, case.network)
        program.make_order = lambda epoch, _: jnp.asarray(case.plans[epoch]._order)
        losses = program.train(network, channels_last(case.images), jnp.asarray(case.labels), 2)
    finally:
        nnx.Dropout = own
    reference = find_backend("numpy").load()
    return largest_gap(losses, asked.get("matched") or case.losses(reference(case.network, case.recipe, seed=SEED)))


def initial_gap(asked):
    """How much the spread of an array of initial weights, drawn by the program, differs from that of a matched run."""
    prepare("float32")
    network = find_architecture(asked["network"]).alone
    program = programmed("jax", network, default_recipe(network))
    made, wanted = program.make_network(), program.make_network()
    program.initialize(made)
    fill(wanted, network)
    return spread_gap(*(jax.tree.leaves(nnx.state(one, nnx.Param)) for one in (made, wanted)))


def started(asked):
    """The accuracy that a program prints when it is started, with fewer images in the files that it looks for."""
    prepare("float32")
    network = find_architecture(asked["network"]).alone
    recipe = default_recipe(network).changed(epochs=asked["epochs"])
    small = subset(load_dataset("mnist"), train_size=3000, test_size=500)
    parts = {"train": (small.train_images, small.train_labels), "t10k": (small.test_images, small.test_labels)}
    text, told = find_writer("jax").write(network, recipe).text, StringIO()
    with TemporaryDirectory() as folder, chdir(folder), redirect_stdout(told):
        Path("data").mkdir()
        for part, (images, labels) in parts.items():
            for name, array, header in (("images-idx3", images, 16), ("labels-idx1", labels, 8)):
                content = bytes(header) + array.astype(np.uint8).tobytes()
                Path("data", f"{part}-{name}-ubyte.gz").write_bytes(gzip.compress(content))
        exec(compile(text, f"{network.name}.py", "exec"), {"__name__": "__main__"})
    return float(told.getvalue().split()[-1])


for case in json.loads(sys.argv[1]):
    measure = {"initial": initial_gap, "started": started}.get(case.get("kind"), gap)
    found = {"network": case["network"], "precision": case["precision"], "gap": measure(case)}
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
