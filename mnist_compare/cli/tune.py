"""`tune`: a study, which looks for the best setting of a network."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from mnist_compare.cli.options import UserPath, with_engine
from mnist_compare.cli.run import print_comparison, readable, reporter_of, result_code
from mnist_compare.cli.stopping import stopping_in_order
from mnist_compare.document.words import plural
from mnist_compare.io.terminal import to_json
from mnist_compare.records.folder import PAGE_FILE
from mnist_compare.records.record import Status
from mnist_compare.records.results import RESULTS_FILE
from mnist_compare.runner.engines import open_engine
from mnist_compare.search.choice import JudgedSetting
from mnist_compare.search.common import search_text
from mnist_compare.search.studies.space import MOST_TRIALS, read_space, require_optuna

if TYPE_CHECKING:
    from mnist_compare.search.studies.planning import StudyPlan
    from mnist_compare.search.studies.running import Studied

MOST_SHOWN = 10
"""Settings in the table, the best ones; the report has all."""


@click.command("tune")
@click.argument("space", type=UserPath())
@click.option("--output", "-o", type=UserPath(), help="Folder of the study. Default: reports/NAME.")
@click.option("--name", help="Name of the folder under reports/. Default: that in SPACE, or made from what is asked.")
@click.option(
    "--storage",
    metavar="FILE|ADDRESS",
    help="A journal, or a database such as postgresql://me@host/studies. Default: a journal in the folder.",
)
@click.option("--trials", type=click.IntRange(1, MOST_TRIALS), help="Trials in all. Default: what SPACE says.")
@click.option("--jobs", "-j", type=int, help="Runs of a trial at a time, the cores divided. Default: SPACE's, or 1.")
@click.option("--dry-run", is_flag=True, help="Check all of it, say what would be done, and train nothing.")
@click.option(
    "--chosen/--no-chosen", default=True, help="Train the best setting on all images, and test it. Default: do."
)
@click.option("--report/--no-report", default=True, help="Make the reports in the end. Default: do.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Kill a run that takes longer. Default: no limit.")
@with_engine
@click.option("--json", "as_json", is_flag=True, help="Print settings and records as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def command(
    space: Path,
    output: Path | None,
    name: str | None,
    storage: str | None,
    trials: int | None,
    jobs: int | None,
    dry_run: bool,
    chosen: bool,
    report: bool,
    timeout: float | None,
    engine: str | None,
    address: str | None,
    exclusive: bool,
    retries: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Search the space in SPACE, a TOML file, for the best setting of a network.

    Each trial follows from those before it, and is judged on training images that are held out. The best setting is
    then trained on all training images and tested once, in the folder `chosen`. The same command goes on where it was
    stopped; called again meanwhile, it shares the work.
    """
    require_optuna()
    from mnist_compare.report.progress import make_progress
    from mnist_compare.report.reporting import renew_report
    from mnist_compare.search.studies.planning import plan_study
    from mnist_compare.search.studies.running import Means, run_study

    read = read_space(space)
    read = read if trials is None else replace(read, trials=trials)
    given = {} if jobs is None else {"jobs": jobs}
    with open_engine(engine, address=address, exclusive=exclusive) as placing:
        plan = plan_study(read, placing, output, name, storage=storage, given=given, text=search_text(space))
        if dry_run or not quiet:
            click.echo(_plan_words(plan), err=not dry_run)
        if dry_run:
            return
        stopped = f"Stopped. What is finished is in {plan.folder}; the same command goes on from there."
        with stopping_in_order(stopped), make_progress(quiet=quiet) as progress:
            try:
                means = Means(placing, progress, timeout, retries)
                studied = run_study(plan, means, reporter_of(report), chosen=chosen)
            finally:
                if report and (plan.folder / RESULTS_FILE).exists():
                    renew_report(plan.folder)
    _print_studied(studied, as_json=as_json, reported=report)
    ended = [run for run in studied.records if run.status not in (Status.DIVERGED, Status.PRUNED)]
    sys.exit(result_code([*ended, *studied.chosen]) if studied.best or studied.left else 1)


def _plan_words(plan: "StudyPlan") -> str:
    """What a study will do, in one line."""
    space, first = plan.space, plan.parts[0]
    backends = [name for part in plan.parts for name in part.request.backends]
    each = ", each with a study of its own" if len(plan.parts) > 1 else ""
    pruned = f", pruned by {space.pruner}" if space.pruner != "none" else ""
    parts = ", ".join((*plan.axes.lists, *plan.axes.ranges))
    return (
        f"{plural(plan.trials, 'trial')} of {plan.network.name} in {', '.join(backends)}{each}, with "
        f"{plural(len(first.request.seeds), 'seed')}: at most {plural(plan.runs, 'run')}. Sampler {space.sampler}"
        f"{pruned}, over {parts}. Folder: {plan.folder}"
    )


def _print_studied(studied: "Studied", *, as_json: bool, reported: bool) -> None:
    """The best settings, and what has come of the chosen ones."""
    if as_json:
        plain = {name: [_plain(one) for one in own] for name, own in studied.settings.items()}
        found = {"folder": str(studied.folder), "settings": plain, "left": studied.left}
        records = {"records": studied.records, "chosen": studied.chosen}
        click.echo(to_json(found | {name: [readable(one) for one in own] for name, own in records.items()}))
        return
    from mnist_compare.document.screen import Screen
    from mnist_compare.document.table import Table
    from mnist_compare.document.terminal_table import Fitted

    console = Screen()
    for name, settings in studied.settings.items():
        rows = tuple((one.words, *_worth(one)) for one in settings[:MOST_SHOWN])
        count = f"the best {MOST_SHOWN} of {len(settings)}" if len(settings) > MOST_SHOWN else "the best first"
        title = f"Settings of {name}, judged on held-out training images, {count}"
        console.print(Fitted(Table(title, ("setting", "accuracy", "loss", "runs done"), rows)))
    if studied.left:
        console.print(
            f"\n{plural(studied.left, 'trial')} under way in other commands: the last of them trains the best."
        )
    if reported:
        console.print(f"\nReport: {studied.folder / PAGE_FILE}", soft_wrap=True)
    if studied.chosen:
        console.print("\nThe best setting, trained on all training images and tested once:")
        print_comparison(studied.chosen_folder, studied.chosen, as_json=False, reported=reported)


def _worth(one: JudgedSetting) -> tuple[str, str, str]:
    if not one.done:
        return "", "", "pruned" if one.pruned else "failed"
    others = one.done + one.failed + one.pruned
    return f"{one.accuracy:.2%}", f"{one.loss:.4f}", str(one.done) if one.done == others else f"{one.done} of {others}"


def _plain(one: JudgedSetting) -> dict[str, object]:
    """A setting without its network, which every record has."""
    return {name: getattr(one, name) for name in ("values", "accuracy", "loss", "done", "failed", "pruned", "recipe")}
