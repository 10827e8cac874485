"""The comparison as one function, and what it gives: a value that shows itself in a notebook as its report."""

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from mnist_compare.architecture import Architecture
from mnist_compare.data import Dataset
from mnist_compare.errors import UsageError
from mnist_compare.experiment.train_metrics import SAMPLE
from mnist_compare.io.options import check_arguments, check_options, check_types
from mnist_compare.io.reading import user_path
from mnist_compare.recipe import Optimizer, Recipe
from mnist_compare.recipe.augmentations import Augmentation
from mnist_compare.recipe.schedules import Schedule
from mnist_compare.records.record import MARGIN, Record, current
from mnist_compare.records.results import read_records
from mnist_compare.report.reporting import Reporting
from mnist_compare.runner.asked import each, seeds_of
from mnist_compare.runner.comparison import run_comparison
from mnist_compare.runner.engines import open_engine
from mnist_compare.runner.margin import kept_margins
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.output_folder import output_folder
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.reporter import NoReport
from mnist_compare.runner.request import Request

if TYPE_CHECKING:
    import pandas as pd


EXPORT_TYPES = {"to": str, "output": str | Path | None, "pixels": bool}


class Comparison(msgspec.Struct, frozen=True):
    """What a comparison has given: its `folder`, and a list of `records`, one Record per run.

    `compare` makes one, `open_comparison` reads one. A notebook shows it as the beginning of its report.

    >>> comparison = compare("numpy", "mlp", train_size=200, test_size=100, epochs=1, output="small-comparison")
    >>> comparison.to_frame()[["backend", "status"]].values.tolist()
    [['numpy', 'done']]
    """

    folder: Path
    records: list[Record]

    def to_frame(self, layout: Literal["wide", "long"] = "wide") -> "pd.DataFrame":
        """The runs as a pandas DataFrame. "wide": a row per run, with the columns of `results.csv`. "long": a row per
        run and epoch, with all that its history holds but the losses of the steps. Raises UsageError for another one.
        """
        from mnist_compare.records.frame import to_frame

        return to_frame(self.records, layout)

    def export(
        self,
        to: Literal["tensorboard", "mlflow", "native", "onnx", "safetensors"],
        output: str | Path | None = None,
        *,
        pixels: bool = False,
    ) -> Path:
        """Write the records of the folder for another tool, or its trained networks as files, and give the folder in
        which they are: `output`, or one with the name of `to` in the comparison's own.

        "tensorboard" gives event files, "mlflow" a local file store. "native", "onnx" and "safetensors" give files of
        each network, which are checked; with `pixels` an ONNX file takes uint8 pixels, and normalizes them itself.

        Nothing is written over: the folder is new, empty, or holds the very same export. Raises UsageError where a
        package is not installed, OutputError where the folder holds something else, or a file does not compute what
        its network does.
        """
        from mnist_compare.export.formats import export_comparison

        check_types({"to": to, "output": output, "pixels": pixels}, EXPORT_TYPES)
        return export_comparison(self.folder, to, output, pixels=pixels).folder

    def __repr__(self) -> str:
        ends = Counter(record.status.value for record in self.records)
        told = [f"{number} run{'s' if number != 1 else ''} {status}" for status, number in ends.items()]
        backends = dict.fromkeys(record.backend for record in self.records)
        networks = dict.fromkeys(record.architecture for record in self.records)
        parts = [", ".join(each) for each in (told, backends, networks) if each]
        return f"<Comparison {self.folder}: {'; '.join(parts) or 'no runs'}>"

    def _repr_html_(self) -> str:
        from mnist_compare.report.page.fragment import report_fragment

        return report_fragment(self.folder, self.records)


def compare(
    backends: str | Iterable[str] = (),
    architectures: str | Path | Architecture | Iterable[str | Path | Architecture] = ("cnn",),
    *,
    recipe: str | Path | Recipe | None = None,
    epochs: int | str | None = None,
    relay: str | Iterable[str] = (),
    seeds: int | str | Iterable[int] = (0,),
    modes: str | Iterable[str] = ("matched",),
    tunings: str | Iterable[str] = ("tuned",),
    attribute: str | None = None,
    dataset: str | Path | Dataset = "mnist",
    test_share: float | None = None,
    resize: int | str | Iterable[int] | None = None,
    gray: bool = False,
    rgb: bool = False,
    pad: bool | int | str | None = None,
    invert: bool = False,
    train_size: int | None = None,
    test_size: int | None = None,
    validation: int | None = None,
    subset_seed: int = 0,
    device: str = "auto",
    execution: str = "auto",
    train_metrics: str = SAMPLE,
    threads: int | None = None,
    processes: int | Iterable[int] = 1,
    jobs: int = 1,
    margin: float = MARGIN,
    latency: bool = True,
    keep_epochs: bool = False,
    precision: str | None = None,
    normalization: str | None = None,
    batch_size: int | Iterable[int] | None = None,
    learning_rate: float | Iterable[float] | None = None,
    optimizer: str | Optimizer | Iterable[str | Optimizer] | None = None,
    schedule: str | Schedule | Iterable[str | Schedule] | None = None,
    shuffle: bool | None = None,
    start: str | Path | None = None,
    patience: int | None = None,
    monitor: str | None = None,
    freeze: str | Iterable[str] = (),
    augmentation: str | Iterable[str | Augmentation] = (),
    python: Mapping[str, str | Path] | None = None,
    output: str | Path | None = None,
    name: str | None = None,
    force: bool = False,
    timeout: float | None = None,
    progress: bool | None = None,
    retime: bool | None = None,
    report: bool = True,
    engine: str | None = None,
    address: str | None = None,
    exclusive: bool = False,
    retries: int | None = None,
    observer: Observer | None = None,
    **others: Any,
) -> Comparison:
    """Train the architectures in every backend, each run in a process of its own, and give the records.

    The options are those of the command line. Where an option takes several values, one alone will do, and text with
    commas: backends="torch,keras", modes="native".

    Options:
        backends: names: torch, keras, paddle, numpy (also pytorch, tensorflow, tf, paddlepaddle). Default: all
            frameworks that are installed.
        architectures: names, paths of TOML files, values, or "all".
        recipe: a name, the path of a TOML file, or a Recipe. Default: the one documented for each network.
        epochs: passes over the training images, or "documented" for the recipe's own number. Default: 3, or those of a
            Recipe of your own.
        relay: backends that train one network in turn, an epoch each.
        seeds: whole numbers, such as [0, 1, 2] or range(3), or text such as "0-4", or "5" for as many. Each run is done
            once per seed.
        modes: "matched" (all semantics made equal), "native" (each framework's defaults), "both", or "native:" and
            names of defaults joined by "+", for those alone, in the backends in which they differ.
        tunings: "tuned" (with the passes that make the framework fast), "plain" (as its users write networks), "both",
            or names of passes joined by "+", for those alone.
        attribute: "defaults" trains in both modes and with each default alone, "passes" plain, tuned and with each pass
            alone: the report then says how much of a gap each accounts for.
        dataset: "mnist", the path of files that a reader recognizes (`list readers`), with its options behind a # where
            there are any, or a Dataset.
        test_share: of a set without test images, this share of each class is taken for the test.
        resize: all images get this size: a side, or (height, width).
        gray: images with colours are made gray.
        rgb: gray images get three channels, all alike.
        pad: True centers images in squares of their longer side, before they are resized; a number centers them
            in squares of that side, after it.
        invert: 255 - images, for those that are dark on light.
        train_size, test_size: take a stratified part of so many images.
        validation: so many training images are split off, and evaluated after every epoch. Default: the share of
            `train_size` that the recipe says (`validation_split`), which most do not.
        subset_seed: chooses these images.
        device: "auto", "cpu", "gpu" or "gpu:N".
        execution: "eager", "compiled", or "auto": the faster one.
        train_metrics: on which training images loss and accuracy are measured after an epoch: "sample" (10,000 of them,
            and all after the last epoch), "full", "running" (the mean loss over the steps), or "off".
        threads: CPU threads of every framework. Default: the physical cores, divided by `jobs`.
        processes: so many of them train each network together on shares of every batch, and share its threads. Several,
            such as [1, 2], train it in each of these ways.
        jobs: runs at a time. More than one disturbs the timings.
        margin: percentage points of accuracy, declared beforehand: backends that differ by less are as good as equal.
        latency: after the training, time the network's outputs for batches of 1 to 512 images (about half a second).
        keep_epochs: keep the checkpoints of all epochs, not only of the last two.
        precision: "float32", "float64" or "bfloat16".
        normalization: "unit" (pixels from 0 to 1) or "standard" (mean 0, standard deviation 1).
        batch_size, learning_rate: instead of the recipe's. Several, such as [0.1, 0.01], are so many recipes, and so
            are several of the next two: each network is trained by every combination of them.
        optimizer: "sgd", "momentum", "nesterov", "adam", "adamw", or a value such as Adam(0.002).
        schedule: "constant", "step", "cosine", "one_cycle", or a value such as Step(every=5).
        shuffle: instead of the recipe's.
        start: weights to start from, of any backend: a checkpoint, or the folder of a comparison.
        patience: end after so many epochs in a row without a better `monitor`, and take the network of the best epoch;
            0 trains all epochs. Default: the recipe's.
        monitor: "validation_loss" or "validation_accuracy", instead of the recipe's.
        freeze: layers that stay as they are: "body", or names such as "conv*"; "none" for none. Default: the recipe's.
        augmentation: random changes of the training images, such as "rotate" or Rotate(); "none" for none. Default: the
            recipe's.
        python: backend -> the interpreter that it runs in, or its environment's folder.
        output: the folder of the results. Runs that it holds already are kept, those that were interrupted go on, and
            further seeds are added. Default: a folder below reports/.
        name: what that folder is called. Default: made from what is asked.
        engine: what places the runs: "local" (a process for each), "inline" (in this process: for the reference alone),
            "ray" (on a cluster), or one that is installed. Default: what MNIST_COMPARE_ENGINE says, or "local".
        address: of the Ray cluster, HOST:PORT. Default: one that this machine is a node of, or a new one here.
        exclusive: with engine "ray", one run at a time on a node, for timings that count.
        retries: how often a run is placed again whose worker or node is lost. Default: 0, and 3 with engine "ray".
        force: repeat the runs that are there; their records stay, marked as superseded.
        timeout: seconds after which a run is killed.
        retime: True: time the finished runs of the folder again. False: none. Default: once, at the end, those that
            other work on the machine has disturbed.
        report: write the report into the folder in the end. Without it results.jsonl is all, until the next call or
            command with a report on the same folder.
        progress: True: a bar per run in a terminal and in a notebook, a line per epoch elsewhere. False: silence.
            Default: the bars, and silence elsewhere. All of it goes to stderr.
        observer: is told what happens, in place of the progress.

    Raises the errors of `mnist_compare.errors`, all of them MnistCompareError, for what cannot be meant. A run that
    fails is a record with its status and reason.

    >>> comparison = compare("numpy", "mlp", train_size=200, test_size=100, epochs=1, output="small-comparison")
    >>> comparison
    <Comparison small-comparison: 1 run done; numpy; mlp>
    >>> [record.status.value for record in comparison.records]
    ['done']
    """
    given = {option: value for option, value in locals().items() if option != "others"}
    options = check_options(compare, given, others)
    # Beside a relay it means no single backend; alone it would mean all of them.
    if options["backends"] != () and not each(options["backends"]) and not each(options["relay"]):
        raise UsageError("No backend given. Name some, or leave backends out for all that are installed.")
    lists = {option: each(options[option]) for option in ("backends", "architectures", "relay", "modes", "tunings")}
    asked = {option: value for option, value in options.items() if option in Request.__struct_fields__}
    request = Request(**asked | lists | {"seeds": seeds_of(options["seeds"]), "python": python or {}})
    make_reporter = Reporting if report else NoReport
    with open_engine(engine, address=address, exclusive=exclusive) as placing:
        plan = make_plan(request, placing, output, name)
        folder = output_folder(plan.name, output, name)
        with observing(observer, progress) as told:
            records = run_comparison(
                plan,
                folder,
                placing,
                make_reporter,
                told,
                force=force,
                timeout=timeout,
                retime=retime,
                retries=retries,
            )
    if kept := kept_margins(plan, records):
        warnings.warn(kept, stacklevel=2)
    return Comparison(folder, records)


def observing(observer: Observer | None, progress: bool | None) -> AbstractContextManager[Observer]:
    """The observer that is given, or else one that shows the progress."""
    if observer is not None:
        return nullcontext(observer)
    from mnist_compare.report.progress import make_progress

    return make_progress(quiet=None if progress is None else not progress)


def open_comparison(folder: str | Path) -> Comparison:
    """The comparison that a folder holds, from its records alone; raises OutputError where it holds none.

    >>> _ = compare("numpy", "mlp", train_size=200, test_size=100, epochs=1, output="small-comparison")
    >>> open_comparison("small-comparison")
    <Comparison small-comparison: 1 run done; numpy; mlp>
    """
    check_arguments(open_comparison, folder=folder)
    folder = user_path(folder)
    return Comparison(folder, current(read_records(folder)))
