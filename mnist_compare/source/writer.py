"""What writes programs: one for each framework, found without importing it."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from textwrap import fill
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mnist_compare.architecture import Architecture, Chain, ShapedLayer, format_shape, walk
from mnist_compare.architecture.network import IMAGE_SHAPE
from mnist_compare.errors import UsageError
from mnist_compare.io.registry import tag_of
from mnist_compare.recipe import Optimizer, Recipe
from mnist_compare.recipe.recipe import CLASSES
from mnist_compare.source.line import WIDTH, Line, spread
from mnist_compare.source.program import Piece, Program
from mnist_compare.source.task import Task
from mnist_compare.source.topics import OF_OPTIMIZERS, topics_of


class Writer(ABC):
    """Writes the programs of one framework.

    `name` is what the framework is called in commands, and `title` in sentences. `helpers` are classes and functions
    that a program gets where it names them: in their order, by name. `defaults` is what the framework does by itself,
    by the topics of the ledger, where the ledger has no column of it. The file program.py.j2 beside the class has a
    macro for every piece that is neither a helper nor the network.
    """

    name: str
    title: str
    helpers: Mapping[str, str]
    defaults: Mapping[str, str] = {}

    def write(self, network: Architecture, recipe: Recipe) -> Program:
        """The program of a network and a recipe.

        Raises UsageError for what no program is written for, BackendError for a layer that a backend does not know.
        """
        _check(recipe)
        _check_images(network, recipe)
        task = Task(network, recipe)
        pieces = [*self._network(task), *self._training(task)]
        pieces = [*self._head(task, "".join(piece.code for piece in pieces)), *pieces]
        return Program(self.name, self.title, tuple(pieces), self.defaults)

    def _head(self, task: Task, code: str) -> Iterator[Piece]:
        helpers, recipe = self._needed(code), task.recipe
        title = f"{task.network.name} in {self.title}: the network and its training, as mnist_compare has them."
        told = fill(f"Recipe {recipe.name}: {recipe.describe()}.", WIDTH)
        yield Piece("about", f'"""{title}\n\n{told}\n"""\n')
        yield Piece("imports", "\n" + self._macro("imports", task, code + "".join(helpers)), "imports")
        settings = f"\nEPOCHS, BATCH_SIZE = {recipe.epochs}, {recipe.batch_size}\n{self._macro('settings', task)}"
        yield Piece("settings", settings, "epochs and batches")
        if helpers:
            yield Piece("helpers", "\n\n" + "\n\n".join(helpers), "modules of its own")

    def _needed(self, code: str) -> list[str]:
        """The helpers that code names, and those that these name."""
        names: list[str] = []
        while new := [name for name in self.helpers if name not in names and re.search(rf"\b{name}\b", code)]:
            names += new
            code += "".join(self.helpers[name] for name in new)
        return [self.helpers[name] for name in self.helpers if name in names]

    def _network(self, task: Task) -> Iterator[Piece]:
        head, indent, tail = self.frame(task)
        yield Piece("network", head, "network", task.network.alone.input_shape, ("pixels",))
        for shaped in task.layers:
            rows = [row for one in self._lines(shaped, task) for row in one.ended(",")]
            topics = dict.fromkeys(topic for one in walk((shaped,)) for topic in topics_of(one.layer))
            words = tag_of(shaped.layer).replace("_", " ")
            code = "".join(f"{indent}{row}\n" for row in rows) + tail * (shaped is task.layers[-1])
            yield Piece(shaped.name, code, words, shaped.output_shape, tuple(topics))

    def _training(self, task: Task) -> Iterator[Piece]:
        loss = ("squared error",) if task.is_regression else ("cross-entropy",)
        smoothed = ("label smoothing",) if task.recipe.label_smoothing else ()
        clipped = ("clipping by the norm",) if task.recipe.clip_norm else ()
        steps = ("gradients and biases", "batch norm in training and evaluation", *clipped)
        optimizer = task.recipe.optimizer
        written = self._macro("optimizer", task, spread("    return ", self.optimizer(optimizer, task).rows[0]))
        pieces = (
            ("initialize", "initial weights", self._macro("initialize", task), ("initial weights",)),
            ("loss", "loss", self._macro("loss", task), (*loss, *smoothed)),
            ("optimizer", "optimizer", written, OF_OPTIMIZERS.get(type(optimizer), ())),
            ("learning rate", "learning rate", task.share, ("learning-rate schedules",)),
            ("order", "order of the batches", self._macro("order", task), ("order of the batches",)),
            ("training", "training", self._macro("training", task), steps),
            ("evaluation", "evaluation", self._macro("evaluation", task), ()),
            ("normalize", "pixels", task.normalize, ("pixels",)),
            ("main", "data and start", self._macro("main", task), ()),
        )
        for name, words, code, topics in pieces:
            if code:
                yield Piece(name, "\n\n" + code, words, (), topics)

    def _lines(self, shaped: ShapedLayer, task: Task) -> list[Line]:
        """The expressions of a layer, and of those that it holds."""
        if not shaped.parts:
            return self.layer(shaped, task)
        return self.composite(shaped, [self._chain(part, task) for part in shaped.parts])

    def _chain(self, layers: Chain, task: Task) -> list[Line]:
        return [one for shaped in layers for one in self._lines(shaped, task)]

    def _macro(self, name: str, *given: Any) -> str:
        return str(getattr(self._template, name)(*given))

    @cached_property
    def _template(self) -> Any:
        spec = find_spec(type(self).__module__)
        assert spec is not None
        assert spec.origin is not None
        environment = Environment(
            loader=FileSystemLoader(Path(spec.origin).parent),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
        )
        return environment.get_template("program.py.j2").module

    @abstractmethod
    def frame(self, task: Task) -> tuple[str, str, str]:
        """What stands before the layers, how far they are indented, and what stands behind them."""

    @abstractmethod
    def layer(self, shaped: ShapedLayer, task: Task) -> list[Line]:
        """The expressions of a layer that holds no others."""

    @abstractmethod
    def composite(self, shaped: ShapedLayer, parts: list[list[Line]]) -> list[Line]:
        """The expressions of a layer that holds others, from those of its parts."""

    @abstractmethod
    def optimizer(self, optimizer: Optimizer, task: Task) -> Line:
        """The expression of an optimizer."""


def _check_images(network: Architecture, recipe: Recipe) -> None:
    if (network.input_shape, network.classes) != (IMAGE_SHAPE, CLASSES):
        raise UsageError(
            f"Programs are written for MNIST, {format_shape(IMAGE_SHAPE)} in {CLASSES} classes, and architecture "
            f"{network.name!r} takes {format_shape(network.input_shape)} in {network.classes:,}. Leave its input_shape "
            "and classes out, or take another network."
        )
    recipe.check_output(network.name, network.output)
    recipe.check_data(network.input_shape[0], network.classes)


def _check(recipe: Recipe) -> None:
    recipe.check()
    lacking = [
        name for name in ("ema_decay", "class_weights", "augmentation", "freeze", "patience") if getattr(recipe, name)
    ]
    if recipe.precision == "bfloat16":
        lacking.append('precision = "bfloat16"')
    if lacking:
        raise UsageError(
            f"No program is written for a recipe with {' and '.join(lacking)}. Leave that out, or take another recipe "
            "with --recipe."
        )
