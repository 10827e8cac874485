"""Trains with programs of one framework, and with its matched experiments, in a process of its own.

    python source_worker.py BACKEND CASES

CASES is JSON: [{"network": ..., "recipe": {...}, "precision": ..., "steps": ..., "batch": ...}, ...]. A line of JSON
for each of them: the largest relative gap of two losses; of kind "initial" that of the spread of
two arrays of weights, and of kind "started" the accuracy that the program prints.
"""

import json
import sys
from contextlib import redirect_stdout
from io import StringIO
from types import ModuleType

import numpy as np

from mnist_compare import load_dataset, subset
from mnist_compare.architecture import Flatten, Linear
from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.backend import find_backend
from mnist_compare.data.normalize import normalize
from mnist_compare.experiment.steps import EpochPlan
from mnist_compare.source import find_writer

BACKEND = sys.argv[1]
Experiment = find_backend(BACKEND).load()
SEED = 3


def programmed(network, recipe):
    """The program as a module."""
    module = ModuleType("program")
    exec(compile(find_writer(BACKEND).write(network, recipe).text, f"{network.name}.py", "exec"), vars(module))
    return module


def masks_of(network, plans):
    """The factors of all steps, for each dropout of the network in its order."""
    pieces = [piece for plan in plans for piece in plan.pieces(0, plan.count)]
    found = []
    flat = None
    for shaped in network.all_layers:
        if isinstance(shaped.layer, Flatten):
            flat = shaped.input_shape
        if isinstance(shaped.layer, Linear):
            flat = None
        if shaped.layer.mask_rate is not None:
            found.append([turned(mask, flat) for piece in pieces for mask in piece.masks[shaped.name]])
    return found


def turned(mask, flat):
    """A mask [N, ...] as Keras has its values: channels last."""
    if BACKEND != "keras":
        return mask
    if mask.ndim == 4:
        return mask.transpose(0, 2, 3, 1)
    if flat is not None and len(flat) == 3 and mask.ndim == 2:
        return mask.reshape(-1, *flat).transpose(0, 2, 3, 1).reshape(len(mask), -1)
    return mask


def planted(kinds, method, masks, convert):
    """Have dropouts, in the order in which they are made, take these factors; gives what mends the classes."""
    waiting, kept = iter(masks), []
    for kind in kinds:
        own_init, own_call = kind.__init__, getattr(kind, method)
        kept.append((kind, own_init, own_call))

        def begin(self, *given, own_init=own_init, **named):
            own_init(self, *given, **named)
            rate = given[0] if given else named.get("rate", named.get("p"))
            self.__dict__["factors"] = iter(next(waiting)) if rate else None  # that of an attention of Keras has none

        def call(self, x, training=None, own_call=own_call):
            if self.__dict__["factors"] is None:
                return own_call(self, x)
            training = self.training if BACKEND != "keras" else training
            return x * convert(next(self.__dict__["factors"])) if training else x

        kind.__init__ = begin
        setattr(kind, method, call)
    return kept


class Torch:
    def prepare(self, precision):
        import torch

        torch.set_num_threads(1)
        torch.set_default_dtype(getattr(torch, precision))
        self.kinds, self.method = (torch.nn.Dropout, torch.nn.Dropout2d), "forward"
        self.tensor = torch.from_numpy

    def fill(self, network, model):
        given = [value for name, value in model.state_dict().items() if "num_batches" not in name]
        names = [name for name in network.state_dict() if "num_batches" not in name]
        assert len(given) == len(names)
        network.load_state_dict(dict(zip(names, given, strict=True)), strict=False)

    def offer(self, parts):
        import torch

        class MNIST:
            def __init__(self, root, train, download):
                self.data, self.targets = map(torch.from_numpy, parts[train])

        for name in ("torchvision", "torchvision.datasets"):
            sys.modules[name] = ModuleType(name)
        sys.modules["torchvision.datasets"].MNIST = MNIST

    def arrays(self, network):
        return [value.detach().numpy() for value in network.parameters()]

    def images(self, array):
        return self.tensor(array.copy())  # a shared one may not be written to, of which torch warns


class Paddle:
    def prepare(self, precision):
        import paddle

        paddle.set_default_dtype(precision)
        self.kinds, self.method = (paddle.nn.Dropout, paddle.nn.Dropout2D), "forward"
        self.tensor = paddle.to_tensor

    def fill(self, network, model):
        given, own = model.state_dict(), network.state_dict()
        assert len(given) == len(own)
        for value, target in zip(given.values(), own.values(), strict=True):
            assert list(value.shape) == list(target.shape)
            target.set_value(value)

    def offer(self, parts):
        import paddle

        class MNIST:
            def __init__(self, mode):
                pixels, labels = parts[mode == "train"]
                self.images, self.labels = pixels.reshape(-1, 784).astype("float32"), labels[:, None]

        paddle.vision.datasets.MNIST = MNIST

    def arrays(self, network):
        return [value.numpy() for value in network.parameters()]

    def images(self, array):
        return self.tensor(array)


class Keras:
    def prepare(self, precision):
        import keras
        import tensorflow as tf

        tf.config.run_functions_eagerly(True)
        keras.config.set_floatx(precision)
        self.kinds = (keras.layers.Dropout, keras.layers.SpatialDropout2D)
        self.method = "call"
        self.tensor = tf.constant

    def fill(self, network, model):
        network.set_weights(model.get_weights())

    def offer(self, parts):
        import keras

        keras.datasets.mnist.load_data = lambda: (parts[True], parts[False])

    def arrays(self, network):
        return [np.asarray(variable) for variable in network.trainable_variables]

    def images(self, array):
        return np.ascontiguousarray(array.transpose(0, 2, 3, 1)) if array.ndim == 4 else array


FRAMEWORK = {"torch": Torch, "keras": Keras, "paddle": Paddle}[BACKEND]()


def gap(case):
    network = find_architecture(case["network"]).alone
    batch, steps = case.get("batch", 4), case.get("steps", 20)
    recipe = default_recipe(network).changed(
        batch_size=batch, epochs=2, precision=case["precision"], validation_split=0.0, **case.get("recipe", {})
    )
    count = batch * steps // 2 - 1
    shape = network.input_shape
    data = DATA if shape == (1, 28, 28) else None
    if data is None:
        images = np.random.default_rng(0).random((count, *shape)).astype(recipe.dtype)
        labels = np.arange(count) % network.classes
    else:
        made = normalize(subset(data, train_size=count, test_size=10), recipe.normalization, recipe.dtype)
        images, labels = made.train_images, made.train_labels
    experiment = Experiment(network, recipe, seed=SEED, device="cpu", execution="eager", tuning="plain")
    FRAMEWORK.prepare(case["precision"])
    model = experiment.framework_model()
    regression = recipe.loss == "mean_squared_error"
    on_device = experiment.to_device(images)
    targets = experiment.to_device(labels.astype(recipe.dtype)[:, None] if regression else labels)
    plans = [EpochPlan(network, recipe, SEED, epoch, count) for epoch in range(2)]
    kept = planted(FRAMEWORK.kinds, FRAMEWORK.method, masks_of(network, plans), FRAMEWORK.tensor)
    try:
        program = programmed(network, recipe)
        made = program.make_network()
        FRAMEWORK.fill(made, model)
        program.make_order = lambda epoch, _: FRAMEWORK.images(plans[epoch]._order)
        ours = program.train(made, FRAMEWORK.images(images), FRAMEWORK.images(labels), 2)
    finally:
        for kind, begin, call in kept:
            kind.__init__ = begin
            setattr(kind, FRAMEWORK.method, call)
    matched = [
        loss
        for plan in plans
        for piece in plan.pieces(0, plan.count)
        for loss in experiment.train(on_device, targets, piece).tolist()
    ]
    ours, matched = np.array(ours), np.array(matched)
    assert ours.shape == matched.shape
    return float(np.max(np.abs(ours - matched) / np.abs(matched)))


def initial_gap(case):
    """How much the spread of an array of initial weights, drawn by the program, differs from that of a matched run."""
    network = find_architecture(case["network"]).alone
    experiment = Experiment(network, seed=SEED, device="cpu", execution="eager")
    FRAMEWORK.prepare("float32")
    model = experiment.framework_model()
    program = programmed(network, default_recipe(network))
    made = program.make_network()
    program.initialize(made)
    gaps = [0.0]
    for own, wanted in zip(FRAMEWORK.arrays(made), FRAMEWORK.arrays(model), strict=True):
        assert own.shape == wanted.shape
        if wanted.std() == 0 or own.std() == 0:
            assert np.array_equal(own, wanted)
        elif wanted.size >= 400:
            gaps.append(abs(own.std() / wanted.std() - 1))
    return float(max(gaps))


def started(case):
    """The accuracy that a program prints when it is started, with fewer images where it looks for them."""
    network = find_architecture(case["network"]).alone
    recipe = default_recipe(network).changed(epochs=case["epochs"])
    small = subset(load_dataset("mnist"), train_size=3000, test_size=500)
    FRAMEWORK.prepare("float32")
    FRAMEWORK.offer(
        {
            True: (small.train_images[:, 0].copy(), small.train_labels.copy()),
            False: (small.test_images[:, 0].copy(), small.test_labels.copy()),
        }
    )
    text, told = find_writer(BACKEND).write(network, recipe).text, StringIO()
    with redirect_stdout(told):
        exec(compile(text, f"{network.name}.py", "exec"), {"__name__": "__main__"})
    return float(told.getvalue().split()[-1])


DATA = load_dataset("mnist")
for case in json.loads(sys.argv[2]):
    measure = {"initial": initial_gap, "started": started}.get(case.get("kind"), gap)
    found = {"network": case["network"], "precision": case["precision"], "gap": measure(case)}
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
