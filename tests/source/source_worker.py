"""Trains with programs of one framework, and with its matched experiments, in a process of its own.

    python source_worker.py BACKEND CASES

CASES is JSON: [{"network": ..., "recipe": {...}, "precision": ..., "steps": ..., "batch": ...}, ...]. A line of JSON
for each of them: the largest relative gap of two losses; of kind "initial" that of the spread of two arrays of weights,
of kind "started" the accuracy that the program prints, and of kind "matched" the losses of the matched run alone.
"""

import json
import sys
from contextlib import redirect_stdout
from io import StringIO
from types import ModuleType

import numpy as np
from cases import SEED, case_of, largest_gap, programmed, spread_gap

from mnist_compare import load_dataset, subset
from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.backend import find_backend
from mnist_compare.source import find_writer

BACKEND = sys.argv[1]
Experiment = find_backend(BACKEND).load()


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


def experiment_of(case):
    return Experiment(case.network, case.recipe, seed=SEED, device="cpu", execution="eager", tuning="plain")


def matched(asked):
    """The losses of the matched run alone."""
    case = case_of(asked)
    FRAMEWORK.prepare(asked["precision"])
    return case.losses(experiment_of(case))


def gap(asked):
    case = case_of(asked)
    experiment = experiment_of(case)
    FRAMEWORK.prepare(asked["precision"])
    model = experiment.framework_model()
    kept = planted(FRAMEWORK.kinds, FRAMEWORK.method, case.masks(BACKEND == "keras"), FRAMEWORK.tensor)
    try:
        program = programmed(BACKEND, case.network, case.recipe)
        made = program.make_network()
        FRAMEWORK.fill(made, model)
        program.make_order = lambda epoch, _: FRAMEWORK.images(case.plans[epoch]._order)
        ours = program.train(made, FRAMEWORK.images(case.images), FRAMEWORK.images(case.labels), 2)
    finally:
        for kind, begin, call in kept:
            kind.__init__ = begin
            setattr(kind, FRAMEWORK.method, call)
    return largest_gap(ours, case.losses(experiment))


def initial_gap(asked):
    """How much the spread of an array of initial weights, drawn by the program, differs from that of a matched run."""
    network = find_architecture(asked["network"]).alone
    experiment = Experiment(network, seed=SEED, device="cpu", execution="eager")
    FRAMEWORK.prepare("float32")
    model = experiment.framework_model()
    program = programmed(BACKEND, network, default_recipe(network))
    made = program.make_network()
    program.initialize(made)
    return spread_gap(FRAMEWORK.arrays(made), FRAMEWORK.arrays(model))


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


for case in json.loads(sys.argv[2]):
    measure = {"initial": initial_gap, "started": started, "matched": matched}.get(case.get("kind"), gap)
    found = {"network": case["network"], "precision": case["precision"], "gap": measure(case)}
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
