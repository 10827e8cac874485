"""Progress on stderr: a bar per run in a terminal and in a notebook, a plain line per epoch elsewhere."""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from mnist_compare.document.screen import Screen
from mnist_compare.document.words import listing, plural
from mnist_compare.lowering import TUNED
from mnist_compare.records.measures import images_per_second, train_seconds
from mnist_compare.records.record import Record, Status
from mnist_compare.records.run_state import MISSING, RunState
from mnist_compare.report.judged import judged_word
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.planned_run import PlannedRun
from mnist_compare.runner.training_events import EpochEnded, Progressed, Started
from mnist_compare.worker.events import Event

MOST_BARS = 12  # of runs that have ended: each takes a line of the terminal, and time to be drawn
MAX_NAMED = 4  # networks of a comparison that are named in its plan


@contextmanager
def make_progress(*, quiet: bool | None) -> Iterator[Observer]:
    """The observer that fits stderr; where `quiet` is None, one that is silent but in a terminal and in a notebook."""
    console = Screen(stderr=True)
    watched = console.is_terminal or console.is_jupyter
    if quiet or (quiet is None and not watched):
        yield Observer()
    elif console.is_narrow or (not console.is_terminal and not (console.is_jupyter and find_spec("ipywidgets"))):
        yield Lines(console)
    else:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[state]}", markup=False),
            TimeRemainingColumn(compact=True),
        )
        with Progress(*columns, console=console) as progress:
            yield Bars(progress)


def describe_plan(runs: Sequence[PlannedRun], folder: Path) -> str:
    """What a comparison will do, and where its results go, in one line."""
    specs = [run.spec for run in runs]
    backends = list(dict.fromkeys(spec.backend for spec in specs))
    networks = list(dict.fromkeys(spec.architecture.name for spec in specs))
    told = listing(networks) if len(networks) <= MAX_NAMED else f"{len(networks)} networks"
    epochs = sorted({spec.recipe.epochs for spec in specs})
    images = sorted({spec.data.train_size for spec in specs})
    some, times = (f"{found[0]:,} to " if len(found) > 1 else "" for found in (images, epochs))
    seeds = describe_seeds({spec.seed for spec in specs})
    settings = len({(spec.architecture.name, spec.recipe) for spec in specs})
    told += f" with {settings} recipes" if settings > len(networks) else ""
    return (
        f"{plural(len(specs), 'run')}: {listing(backends)} {'trains' if len(backends) == 1 else 'train'} {told} on "
        f"{some}{plural(images[-1], 'image')}, {times}{plural(epochs[-1], 'epoch')}{f', {seeds}' if seeds else ''}. "
        f"Results: {folder}"
    )


def describe_seeds(seeds: Set[int]) -> str:
    """The seeds in words, which ones where that is short; nothing for the usual one alone."""
    first, last = min(seeds), max(seeds)
    if len(seeds) == 1:
        return f"seed {first}" if first else ""
    return f"seeds {first} to {last}" if last - first + 1 == len(seeds) else plural(len(seeds), "seed")


def name_run(run: PlannedRun) -> str:
    """The run in words: "torch cnn seed 0", or "torch cnn native plain lr0.01 seed 0"."""
    mode = "" if run.spec.mode == "matched" else f"{run.spec.mode} "
    tuning = "" if run.spec.tuning == TUNED else f"{run.spec.tuning} "
    tuning += "" if run.spec.processes == 1 else f"{run.spec.processes} processes "
    setting = f"{run.setting} " if run.setting else ""
    return f"{run.spec.backend} {run.spec.architecture.name} {mode}{tuning}{setting}seed {run.spec.seed}"


def describe_end(run: PlannedRun, record: Record, *, kept: bool) -> str:
    """One line for a run that is over."""
    name = name_run(run)
    if record.status is Status.PRUNED:
        return f"{name}: {record.reason}"
    if record.status is not Status.DONE:
        return f"{name}: {record.status}: {record.reason}"
    accuracy = f"{record.test_accuracy:.2%}" if record.test_accuracy is not None else "not known"
    already = "already done, " if kept else ""
    seconds = train_seconds(record)
    trained = "not trained" if seconds is None else f"{seconds:.1f} s of training"
    return f"{name}: {already}{judged_word([run.spec.data])} accuracy {accuracy}, {trained}"


def describe_start(run: PlannedRun, state: RunState | None, damaged: list[str]) -> str:
    """One line for a run that an earlier command has begun."""
    wrong = describe_damage(damaged)
    if state is None:
        return f"{name_run(run)}: {wrong}begins anew"
    steps = f" and {plural(len(state.partial.losses), 'step')}" if state.partial.losses else ""
    return f"{name_run(run)}: {wrong}goes on after {plural(len(state.history), 'epoch')}{steps}"


def describe_again(run: PlannedRun, reason: str, number: int) -> str:
    """One line for a run that has lost its worker, and is placed again for the time with that number."""
    return f"{name_run(run)}: {reason}; placed again ({number})"


def describe_damage(files: list[str]) -> str:
    """Such as "a, b damaged, c missing, "; nothing where there are none."""
    missing = [file for file in files if file.endswith(MISSING)]
    damaged = ", ".join(file for file in files if file not in missing)
    return "".join(f"{words}, " for words in [*([f"{damaged} damaged"] if damaged else []), *missing])


def describe_half(file: str) -> str:
    """One line for a record that was written by half."""
    return f"The last record was written by half. It is in {file} now, and its run goes on."


def describe_retiming(run: PlannedRun, others: float | None) -> str:
    """One line for a run that is timed again."""
    why = "" if others is None else f", since other work kept {others:.1f} cores busy"
    return f"{name_run(run)}: timed again{why}"


def describe_retimed(run: PlannedRun, record: Record, problem: str) -> str:
    """One line for a run that has been timed again."""
    if problem:
        return f"{name_run(run)}: not timed again: {problem}"
    before, now = record.timings[-2], record.timings[-1]
    disturbed = now.is_disturbed(record.used_threads, record.usable_cores)
    still = f"; other work kept {now.other_cores or 0:.1f} cores busy" if disturbed else ""
    changed = "" if now.same else "; it did not end in the same bits"
    return (
        f"{name_run(run)}: {now.times.training:.1f} s of training, {before.times.training:.1f} s before{still}{changed}"
    )


def _split(name: str, loss: float | None, accuracy: float | None) -> str:
    """What is known of some images after an epoch, in a form that more can follow; nothing where nothing is."""
    if loss is None:
        return ""
    return f"{name} loss {loss:.4f}{'' if accuracy is None else f' accuracy {accuracy:.2%}'}, "


class Lines(Observer):
    """A line when a run starts, after every epoch, and at the end."""

    def __init__(self, console: Screen) -> None:
        self._console = console
        self._prefixes: dict[str, str] = {}

    def planned(self, runs: Sequence[PlannedRun], folder: Path) -> None:
        self._say(describe_plan(runs, folder))

    def half_record(self, file: str) -> None:
        self._say(describe_half(file))

    def run_started(self, run: PlannedRun, number: int, count: int) -> None:
        self._prefixes[run.key] = f"[{number}/{count}] {name_run(run)}"

    def run_resumed(self, run: PlannedRun, state: RunState | None, damaged: list[str]) -> None:
        self._say(describe_start(run, state, damaged))

    def run_placed_again(self, run: PlannedRun, reason: str, number: int) -> None:
        self._say(describe_again(run, reason, number))

    def run_event(self, run: PlannedRun, event: Event) -> None:
        if isinstance(event, Started):
            self._say(f"{self._prefixes[run.key]}: on {event.device}")
        elif isinstance(event, EpochEnded):
            result = event.result
            self._say(
                f"{self._prefixes[run.key]}: epoch {result.epoch}/{run.spec.recipe.epochs}, "
                f"{_split('train', result.train_loss, result.train_accuracy)}"
                f"{_split('validation', result.validation_loss, result.validation_accuracy)}"
                f"{_split(judged_word([run.spec.data]), result.test_loss, result.test_accuracy)}"
                f"{result.train_seconds:.1f} s"
            )

    def run_ended(self, run: PlannedRun, record: Record, *, kept: bool) -> None:
        if kept or record.status is not Status.DONE or not record.epochs:
            self._say(describe_end(run, record, kept=kept))

    def retiming(self, run: PlannedRun, number: int, count: int, others: float | None) -> None:
        self._prefixes[run.key] = f"[again {number}/{count}] {name_run(run)}"
        self._say(describe_retiming(run, others))

    def retimed(self, run: PlannedRun, record: Record, problem: str) -> None:
        self._say(describe_retimed(run, record, problem))

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)


class Bars(Observer):
    """A bar per run, with epoch, loss, accuracy, speed and time left. Of runs that have ended the newest keep theirs,
    and the others a line above them.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._accuracies: dict[str, str] = {}
        self._ended: dict[str, str] = {}

    def planned(self, runs: Sequence[PlannedRun], folder: Path) -> None:
        self._progress.console.print(describe_plan(runs, folder), markup=False, soft_wrap=True)

    def half_record(self, file: str) -> None:
        self._progress.console.print(describe_half(file), markup=False)

    def run_started(self, run: PlannedRun, number: int, count: int) -> None:
        name = f"{number}/{count} {name_run(run)}"
        self._tasks[run.key] = self._progress.add_task(name, total=run.spec.recipe.epochs, state="starting")

    def run_resumed(self, run: PlannedRun, state: RunState | None, damaged: list[str]) -> None:
        self._progress.console.print(describe_start(run, state, damaged), markup=False)

    def run_placed_again(self, run: PlannedRun, reason: str, number: int) -> None:
        self._progress.console.print(describe_again(run, reason, number), markup=False)

    def run_event(self, run: PlannedRun, event: Event) -> None:
        task = self._tasks[run.key]
        if isinstance(event, Progressed):
            at, accuracy = event.progress, self._accuracies.get(run.key, "")
            state = f"epoch {at.epoch}/{at.epochs} loss {at.loss:.3f}{accuracy} {at.images_per_second:,.0f} img/s"
            self._progress.update(task, completed=at.epoch - 1 + at.step / at.steps, state=state)
        elif isinstance(event, EpochEnded):
            result = event.result
            early = result.test_accuracy is None
            share = result.validation_accuracy if early else result.test_accuracy
            self._accuracies[run.key] = f" {'val ' * early}acc {share:.2%}" if share is not None else ""
            self._progress.update(task, completed=event.result.epoch)

    def run_ended(self, run: PlannedRun, record: Record, *, kept: bool) -> None:
        if record.status is Status.DONE:
            speed = f" {rate:,.0f} img/s" if (rate := images_per_second(record)) else ""
            accuracy = f"acc {record.test_accuracy:.2%}" if record.test_accuracy is not None else "done"
            state = f"{'already done: ' if kept else ''}{accuracy}{speed}"
            self._progress.update(self._tasks[run.key], completed=run.spec.recipe.epochs, state=state)
        else:
            self._progress.update(self._tasks[run.key], state=record.status)
            self._progress.console.print(describe_end(run, record, kept=kept), markup=False)
        self._ended[run.key] = describe_end(run, record, kept=kept) if record.status is Status.DONE else ""
        if len(self._ended) > MOST_BARS:
            self._close(next(iter(self._ended)))

    def _close(self, key: str) -> None:
        """Put a line above the bars in the place of that of a run that has ended."""
        self._progress.remove_task(self._tasks.pop(key))
        if line := self._ended.pop(key):
            self._progress.console.print(line, markup=False)

    def retiming(self, run: PlannedRun, number: int, count: int, others: float | None) -> None:
        self._progress.console.print(describe_retiming(run, others), markup=False, soft_wrap=True)
        name = f"again {number}/{count} {name_run(run)}"
        self._tasks[run.key] = self._progress.add_task(name, total=run.spec.recipe.epochs, state="starting")

    def retimed(self, run: PlannedRun, record: Record, problem: str) -> None:
        self._progress.update(self._tasks[run.key], state="not timed again" if problem else "timed again")
        self._progress.console.print(describe_retimed(run, record, problem), markup=False, soft_wrap=True)
