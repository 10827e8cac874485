"""The report as rich renderables, for a terminal of 80 columns or more."""

from collections.abc import Sequence

from rich.console import Group as Renderables
from rich.console import RenderableType
from rich.text import Text

from mnist_compare.document.table import Table, shortened
from mnist_compare.document.terminal_table import Fitted
from mnist_compare.records.record import Record, current
from mnist_compare.report.attribution import attribution_table
from mnist_compare.report.certified import OwnCertificate, certificate_sentences, certified_groups
from mnist_compare.report.environment import warnings
from mnist_compare.report.gains import gain_sentences, gains_table
from mnist_compare.report.gap_words import effects_table, part_sentences, parts_table
from mnist_compare.report.limits import detailed, groups_note
from mnist_compare.report.paired import paired_table
from mnist_compare.report.pass_gains import pass_sentences
from mnist_compare.report.statistics import Group, group_runs
from mnist_compare.report.summary import accuracy_sentences, superseded_sentences, withheld_sentences
from mnist_compare.report.tables import accuracy_table, resumed_note, runtime_table, unfinished_table
from mnist_compare.report.verdict import speed_sentences

_ACCURACY = ("network", "backend", "test accuracy", "test loss", "validation accuracy", "train accuracy", "runs")
_RUNTIME = ("network", "backend", "training s", "total s", "images/s", "relative time", "peak memory MB")
_SPARE = ("peak memory MB", "train accuracy", "images/s", "test loss", "validation accuracy", "total s")


def render(records: Sequence[Record], certificates: Sequence[OwnCertificate] = ()) -> RenderableType:
    """Accuracy and runtime, the runs that did not finish, warnings, and the findings in sentences at the end."""
    older, records = superseded_sentences(records), current(records)
    groups = certified_groups(group_runs(records), certificates)
    shown = detailed(groups)
    tables = [_compact(accuracy_table(groups), groups, _ACCURACY), _compact(runtime_table(groups), groups, _RUNTIME)]
    pairs = paired_table(groups)
    tables.insert(1, pairs.select(*(name for name in pairs.columns if name != "first is better")))
    gains = gains_table(groups)
    # The passes take more room than a terminal has; the report names them.
    tables.append(gains.select(*(name for name in gains.columns if name != "passes")))
    effects = effects_table(groups)
    tables += [attribution_table(groups), parts_table(groups), unfinished_table(groups)]
    tables.insert(-1, effects.select(*(name for name in effects.columns if name != "what it is")))
    parts: list[RenderableType] = []
    for table in filter(lambda table: table.rows, tables):
        short = shortened(table)
        parts += [Fitted(short, _SPARE), *([] if short is table else [Text(short.note)])]
    parts += [Text(sentence) for sentence in (resumed_note(groups), *groups_note(groups), *older) if sentence]
    parts += [Text(f"Note: {warning}", style="yellow") for warning in warnings(records)]
    parts += [Text(sentence) for sentence in (*accuracy_sentences(shown), *part_sentences(groups))]
    if certificates:
        parts += [Text(f"Certificate: {sentence}") for sentence in certificate_sentences(groups, certificates)]
    parts += [Text(sentence, style="yellow") for sentence in withheld_sentences(groups)]
    parts += [Text(sentence, style="yellow") for sentence in gain_sentences(groups)]
    parts += [Text(sentence) for sentence in pass_sentences(groups)]
    parts += [Text(sentence, style="bold") for sentence in speed_sentences(shown)]
    return Renderables(*parts) if parts else Text("There are no runs yet.")


def _compact(table: Table, groups: Sequence[Group], columns: tuple[str, ...]) -> Table:
    """The columns that matter most; the network goes into the title where there is only one."""
    finished = [group for group in groups if group.finished]
    if len(finished) != 1:
        return table.select(*columns)
    chosen = table.select(*(name for name in columns if name != "network"))
    return Table(f"{table.title}: {finished[0].label}", chosen.columns, chosen.rows, chosen.note)
