"""The report as one Markdown document, for readers who see the project for the first time."""

from collections.abc import Mapping, Sequence

from mnist_compare.backend import backend_order
from mnist_compare.document.figure import Figure
from mnist_compare.document.markdown import escape, image_markdown, table_markdown
from mnist_compare.document.table import Table
from mnist_compare.document.words import listing
from mnist_compare.records.record import Record, current
from mnist_compare.report.absent import absent_sentences
from mnist_compare.report.agreement import agreement_sentences, agreement_table
from mnist_compare.report.attribution import attribution_table
from mnist_compare.report.certified import OwnCertificate, certificate_sentences, certified_groups
from mnist_compare.report.claims import claims
from mnist_compare.report.data_caveats import data_caveats
from mnist_compare.report.data_notes import data_notes
from mnist_compare.report.early_stopping import early_stopping_sentences
from mnist_compare.report.environment import commands, machine_table, provenance_table, versions_table, warnings
from mnist_compare.report.gains import gain_sentences, gains_table
from mnist_compare.report.gap_words import effects_table, part_sentences, parts_table
from mnist_compare.report.images import data_names
from mnist_compare.report.importance import importance_table
from mnist_compare.report.interval_table import interval_table
from mnist_compare.report.judged import CHOSEN_NOTE, judged_document, judged_note, judged_word
from mnist_compare.report.limits import detailed, groups_note, without_settings
from mnist_compare.report.paired import paired_table
from mnist_compare.report.pass_gains import pass_sentences
from mnist_compare.report.reading import reading
from mnist_compare.report.scaling import processes_caveats, scaling_table
from mnist_compare.report.setting_agreement import setting_sentences
from mnist_compare.report.setting_tables import best_table, order_table, setting_caveats, setting_table
from mnist_compare.report.settings import find_studies
from mnist_compare.report.setup import setup_table
from mnist_compare.report.statistics import Group, group_runs
from mnist_compare.report.summary import finding_sentences, subject_sentences, superseded_sentences
from mnist_compare.report.tables import (
    accuracy_table,
    digit_table,
    runtime_table,
    unfinished_table,
)
from mnist_compare.report.time_to_accuracy import time_to_accuracy_table
from mnist_compare.report.trials import trial_sentences


def report_markdown(
    records: Sequence[Record],
    figures: Mapping[Figure, str],
    certificates: Sequence[OwnCertificate] = (),
    chosen: str = "",
    absent: Sequence[str] = (),
) -> str:
    """The whole report. `figures` have their paths relative to it; `certificates` are the comparison's own, and the
    report of what a sweep has chosen stands at `chosen`; `absent` are the comparison's runs without a record.

    A figure stands in the section of its group; one of no group that is shown, in a section on the data. The same
    arguments give the same text.
    """
    older, records = superseded_sentences(records), current(records)
    every = certified_groups(group_runs(records), certificates)
    groups, shown = without_settings(every), detailed(every)
    parts = [
        _title(records),
        _verdict(groups, certificates),
        _summary(groups, shown, records, absent),
        *groups_note(every),
        *older,
        _settings(every),
    ]
    parts += [f"> **Note.** {escape(warning)}" for warning in warnings(records)]
    parts += [_section(accuracy_table(groups)), _section(paired_table(groups)), _section(interval_table(groups))]
    parts += [_section(agreement_table(groups)), " ".join(map(escape, agreement_sentences(groups)))]
    parts += [_section(runtime_table(groups)), _section(time_to_accuracy_table(groups))]
    parts.append(_list(early_stopping_sentences(groups)))
    parts.append(_section(unfinished_table(every)))
    parts += [_section(gains_table(groups)), " ".join(map(escape, gain_sentences(groups)))]
    parts.append(_list(pass_sentences(groups)))
    parts.append(_section(scaling_table(groups)))
    parts += [escape(str(caveat)) for caveat in processes_caveats(groups)]
    parts += [_section(table(groups)) for table in (attribution_table, parts_table, effects_table)]
    parts.append(_list(part_sentences(groups)))
    parts.append(_certificate(groups, certificates))
    parts += [_group(group, figures) for group in shown]
    parts.append(_data(figures, groups, {group.label for group in shown}))
    parts += [_section(setup_table(groups)), _reading(records), _environment(records)]
    text = "\n\n".join(part for part in parts if part) + "\n"
    text = judged_document(text, judged_word(record.spec.data for record in records))
    return _with_note(text, judged_note(records), chosen)


def _with_note(text: str, note: str, chosen: str) -> str:
    """What the runs were judged on, where it was not the test set, below the title."""
    title, rest = text.split("\n\n", 1)
    told = [note, *([f"{CHOSEN_NOTE} [The report of what was chosen]({chosen})"] if chosen else [])]
    return "\n\n".join([title, *filter(None, [" ".join(filter(None, told))]), rest])


def _settings(groups: Sequence[Group]) -> str:
    """Which setting is best, and whether the backends agree; nothing where none are compared."""
    studies = find_studies(groups)
    if not studies:
        return ""
    told = [*setting_sentences(studies), *trial_sentences(studies), *map(str, setting_caveats(studies))]
    tables = (best_table(studies), order_table(studies), importance_table(studies), *map(setting_table, studies))
    return "\n\n".join(filter(None, ["## Settings", _list(told), *(_section(table, 3) for table in tables)]))


def _title(records: Sequence[Record]) -> str:
    backends = backend_order(record.backend for record in records)
    names = listing(data_names(record.spec.data for record in records) or ["MNIST"])
    return f"# {escape(names)}: {escape(listing(backends)) if backends else 'no runs'}"


def _verdict(groups: Sequence[Group], certificates: Sequence[OwnCertificate]) -> str:
    """The three claims, each with how far it is borne."""
    found = claims(groups, certificates)
    return "\n".join(f"- *{one.badge}*: **{escape(one.short)}** {escape(one.rest)}".rstrip() for one in found)


def _summary(groups: Sequence[Group], shown: Sequence[Group], records: Sequence[Record], absent: Sequence[str]) -> str:
    """One paragraph; the findings of several groups follow as a list."""
    subject = list(map(escape, [*subject_sentences(groups, records), *absent_sentences(absent)]))
    findings = [escape(sentence) for sentence in finding_sentences(shown)]
    if len([group for group in shown if group.finished]) < 2:
        return " ".join(subject + findings)
    return "\n".join([" ".join(subject), "", *(f"- {finding}" for finding in findings)])


def _list(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {escape(sentence)}" for sentence in sentences)


def _certificate(groups: Sequence[Group], certificates: Sequence[OwnCertificate]) -> str:
    sentences = [f"- {escape(sentence)}" for sentence in certificate_sentences(groups, certificates)]
    links = [f"- [The certificate]({own.link}) has the numbers." for own in certificates]
    if len(certificates) > 1:
        links = [f"- [{own.folder}]({own.link}) has the numbers." for own in certificates]
    return "\n".join(["## Certificate", "", *sentences, *links]) if sentences else ""


def _section(table: Table, level: int = 2) -> str:
    body = table_markdown(table)
    return f"{'#' * level} {escape(table.title)}\n\n{body}" if body else ""


def _group(group: Group, figures: Mapping[Figure, str]) -> str:
    images = [image_markdown(figure, path) for figure, path in figures.items() if figure.group == group.label]
    tables = [_section(digit_table(group), 3), _section(digit_table(group, "precision"), 3)]
    return "\n\n".join([f"## Network {escape(group.label)}", *images, *filter(None, tables)])


def _data(figures: Mapping[Figure, str], groups: Sequence[Group], labels: set[str]) -> str:
    """What was done to the images, what may be wrong with them, and the figures of no group of these labels."""
    images = [image_markdown(figure, path) for figure, path in figures.items() if figure.group not in labels]
    told = _list([*data_notes(groups), *map(str, data_caveats(groups))])
    return "\n\n".join(["## The data", *filter(None, [told]), *images]) if images or told else ""


def _reading(records: Sequence[Record]) -> str:
    told = [f"- **{term}**{text}" for term, text in reading(records)]
    return "\n".join(["## How to read this report", "", *told])


def _environment(records: Sequence[Record]) -> str:
    tables = (provenance_table(records), versions_table(records), machine_table(records))
    parts = [_commands(records), *(_section(table, 3) for table in tables)]
    return "\n\n".join(["## Environment", *filter(None, parts)]) if any(parts) else ""


def _commands(records: Sequence[Record]) -> str:
    made = commands(records)
    return "\n".join(["### Command", "", "```", *made, "```"]) if made else ""
