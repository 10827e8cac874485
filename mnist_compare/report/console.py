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
from mnist_compare.report.judged import judged_note, judged_text, judged_word, judged_words
from mnist_compare.report.limits import detailed, groups_note, without_settings
from mnist_compare.report.paired import paired_table
from mnist_compare.report.pass_gains import pass_sentences
from mnist_compare.report.setting_agreement import setting_sentences
from mnist_compare.report.setting_tables import best_table, order_table, setting_caveats
from mnist_compare.report.settings import find_studies
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
    every = certified_groups(group_runs(records), certificates)
    groups, shown, studies = without_settings(every), detailed(every), find_studies(every)
    word = judged_word(record.spec.data for record in records)

    def text(sentence: str, style: str = "") -> Text:
        return Text(judged_text(sentence, word), style=style)

    tables = [_compact(accuracy_table(groups), groups, _ACCURACY), _compact(runtime_table(groups), groups, _RUNTIME)]
    pairs = paired_table(groups)
    tables.insert(1, pairs.select(*(name for name in pairs.columns if name != "first is better")))
    gains = gains_table(groups)
    # The passes take more room than a terminal has; the report names them.
    tables.append(gains.select(*(name for name in gains.columns if name != "passes")))
    effects = effects_table(groups)
    tables += [attribution_table(groups), parts_table(groups), unfinished_table(every)]
    tables.insert(-1, effects.select(*(name for name in effects.columns if name != "what it is")))
    parts: list[RenderableType] = []
    tables = [best_table(studies), order_table(studies), *tables]
    for table in filter(lambda table: table.rows, tables):
        short = shortened(table)
        parts += [Fitted(judged_words(short, word), judged_words(_SPARE, word))]
        parts += [] if short is table else [text(short.note)]
    parts += [text(sentence) for sentence in (resumed_note(groups), *groups_note(every), *older) if sentence]
    parts += [text(f"Note: {warning}", style="yellow") for warning in warnings(records)]
    parts += [text(sentence) for sentence in (*accuracy_sentences(shown), *part_sentences(groups))]
    if certificates:
        parts += [text(f"Certificate: {sentence}") for sentence in certificate_sentences(groups, certificates)]
    parts += [text(sentence, style="yellow") for sentence in withheld_sentences(groups)]
    parts += [text(sentence, style="yellow") for sentence in gain_sentences(groups)]
    parts += [text(sentence) for sentence in pass_sentences(groups)]
    parts += [text(sentence, style="bold") for sentence in speed_sentences(shown)]
    parts += [text(str(caveat), style="yellow") for caveat in setting_caveats(studies)]
    parts += [text(sentence, style="bold") for sentence in setting_sentences(studies)]
    parts += [Text(note)] if (note := judged_note(records)) else []
    return Renderables(*parts) if parts else Text("There are no runs yet.")


def _compact(table: Table, groups: Sequence[Group], columns: tuple[str, ...]) -> Table:
    """The columns that matter most; the network goes into the title where there is only one."""
    finished = [group for group in groups if group.finished]
    if len(finished) != 1:
        return table.select(*columns)
    chosen = table.select(*(name for name in columns if name != "network"))
    return Table(f"{table.title}: {finished[0].label}", chosen.columns, chosen.rows, chosen.note)
