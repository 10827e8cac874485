"""The sections of the page below its verdict: what stands in each, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mnist_compare.certify.tables import failures_table, gaps_table
from mnist_compare.document.table import MAX_ROWS, Table
from mnist_compare.document.words import listing
from mnist_compare.records.record import Record, current
from mnist_compare.report.agreement import agreement_sentences, agreement_table
from mnist_compare.report.attribution import attribution_table
from mnist_compare.report.caveat import Caveat
from mnist_compare.report.caveats import caveats
from mnist_compare.report.certified import OwnCertificate, certificate_command, certificate_sentences
from mnist_compare.report.data_notes import data_notes
from mnist_compare.report.early_stopping import early_stopping_sentences
from mnist_compare.report.environment import commands, machine_table, provenance_table, versions_table
from mnist_compare.report.evaluated_images import EvaluatedImages
from mnist_compare.report.gains import gains_table
from mnist_compare.report.gap_words import effects_table, part_sentences, parts_table
from mnist_compare.report.importance import importance_table
from mnist_compare.report.interval_table import interval_table
from mnist_compare.report.limits import detailed, groups_note, without_settings
from mnist_compare.report.page.gallery import Gallery, galleries
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.pictures import pictures_of
from mnist_compare.report.page.tables import (
    MAX_RUNS,
    certificate_table,
    resource_table,
    run_table,
    summary_table,
)
from mnist_compare.report.paired import paired_table
from mnist_compare.report.pass_gains import pass_sentences
from mnist_compare.report.reading import reading
from mnist_compare.report.scaling import scaling_table
from mnist_compare.report.setting_agreement import setting_sentences
from mnist_compare.report.setting_tables import best_table, order_table, setting_table
from mnist_compare.report.settings import find_studies
from mnist_compare.report.setup import setup_table
from mnist_compare.report.statistics import Group
from mnist_compare.report.tables import accuracy_table, digit_table, runtime_table, unfinished_table
from mnist_compare.report.time_to_accuracy import time_to_accuracy_table
from mnist_compare.report.trials import trial_sentences

SUMMARY = (
    "Relative time is the training time per image: the fastest backend of a network is 1.00. It is missing where the "
    "timing does not allow a comparison."
)
CERTIFICATE = (
    "Do they run the same training, or only similar ones? The same weights, batches, dropout masks and learning rates "
    "go into each; then losses, gradients, weights, optimizer slots and predictions are compared, step by step."
)
NO_CERTIFICATE = (
    "There is no certificate yet that the backends run the same training. This command makes it, where DIR is the "
    "folder of this report."
)
SETTINGS = (
    "Which setting of the recipe is best, and do the frameworks agree on it? All that stands here follows from "
    "{accuracy} alone."
)
AGREEMENT = (
    "Does the framework matter more than the seed? In how many predictions do two frameworks with the same seed "
    "differ, and two seeds in the same framework?"
)
CALIBRATION = "Where a network says that it is 90 % sure, is it right nine times out of ten?"
CAVEATS = "What limits the claims above, and what to run to lift the limit."
PROVENANCE = "These commands made the runs. Run again, they make the same trainings; times depend on the machine."
MAX_COMMANDS = 20
SPEED = ("network", "backend", "training s", "s per epoch", "images/s", "relative time", "range", "timings", "total s")


@dataclass(frozen=True)
class Section:
    """A section: its place in an address, its title, and what stands below it, in this order.

    `folded` are tables that open on a click; of each table `most` rows are shown. `terms` are words with the rest of
    the sentences that begin with them.
    """

    anchor: str
    title: str
    lead: str = ""
    sentences: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    commands: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    folded: tuple[Table, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    galleries: tuple[Gallery, ...] = ()
    most: int = MAX_ROWS

    @property
    def has_content(self) -> bool:
        """Whether there is anything below title and lead."""
        found = (
            self.sentences,
            self.pictures,
            self.caveats,
            self.commands,
            self.tables,
            self.folded,
            self.terms,
            self.galleries,
        )
        return any(found)


def sections(
    groups: Sequence[Group],
    records: Sequence[Record],
    certificates: Sequence[OwnCertificate],
    tests: EvaluatedImages | None = None,
    absent: Sequence[str] = (),
) -> tuple[Section, ...]:
    """Those in which something stands. Groups are those of `certified_groups`, `absent` are runs without a record."""
    counted, every, groups = current(records), groups, without_settings(groups)

    def pictures(section: str) -> tuple[Picture, ...]:
        return tuple(pictures_of(section, every, certificates))

    found = (
        _settings(every, pictures("settings")),
        Section("summary", "Summary", SUMMARY, tables=_filled(summary_table(groups))),
        _certificate(groups, certificates, pictures("certificate")),
        Section(
            "accuracy",
            "Accuracy",
            sentences=tuple(part_sentences(groups)),
            pictures=pictures("accuracy"),
            tables=_filled(
                *(
                    make(groups)
                    for make in (accuracy_table, paired_table, attribution_table, parts_table, effects_table)
                )
            ),
            folded=_filled(interval_table(groups)),
        ),
        Section(
            "speed",
            "Speed",
            sentences=tuple(pass_sentences(groups)),
            pictures=pictures("speed"),
            tables=_filled(
                runtime_table(groups).select(*SPEED),
                time_to_accuracy_table(groups),
                gains_table(groups),
                scaling_table(groups),
            ),
        ),
        _agreement(groups, pictures("agreement"), tests),
        Section(
            "curves",
            "Learning curves",
            sentences=tuple(early_stopping_sentences(groups)),
            pictures=pictures("courses"),
        ),
        _classes(groups, pictures("classes")),
        Section("calibration", "Calibration", CALIBRATION, pictures=pictures("calibration")),
        Section("resources", "Resources", pictures=pictures("resources"), tables=_filled(resource_table(groups))),
        Section(
            "caveats",
            "Caveats",
            CAVEATS,
            caveats=tuple(caveats(every, records, certificates, absent)),
            tables=_filled(unfinished_table(every)),
        ),
        _runs(every),
        Section(
            "setup",
            "What was run",
            sentences=tuple(data_notes(groups)),
            tables=_filled(setup_table(groups)),
            terms=tuple(reading(counted)) if counted else (),
        ),
        _provenance(counted),
    )
    return tuple(section for section in found if section.has_content)


def _filled(*tables: Table) -> tuple[Table, ...]:
    return tuple(table for table in tables if table.rows)


def _settings(groups: Sequence[Group], pictures: tuple[Picture, ...]) -> Section:
    studies = find_studies(groups)
    lead = SETTINGS.format(accuracy=listing(list(dict.fromkeys(study.judging.accuracy for study in studies))))
    return Section(
        "settings",
        "Settings",
        lead if studies else "",
        (*setting_sentences(studies), *trial_sentences(studies), *(groups_note(groups) if studies else ())),
        pictures,
        tables=_filled(best_table(studies), order_table(studies), importance_table(studies)),
        folded=_filled(*map(setting_table, studies)),
    )


def _certificate(
    groups: Sequence[Group], certificates: Sequence[OwnCertificate], pictures: tuple[Picture, ...]
) -> Section:
    sentences = tuple(certificate_sentences(groups, certificates))
    if sentences and not certificates:
        sentences = (NO_CERTIFICATE,)
    made = [own.certificate for own in certificates]
    detail = [table for one in made for table in (gaps_table(one), failures_table(one))]
    command = "" if certificates else certificate_command([group for group in groups if group.spec.mode == "matched"])
    return Section(
        "certificate",
        "Certificate",
        CERTIFICATE,
        sentences,
        pictures,
        commands=(command,) if command and sentences else (),
        tables=_filled(certificate_table(certificates)),
        folded=_filled(*detail),
    )


def _agreement(groups: Sequence[Group], pictures: tuple[Picture, ...], tests: EvaluatedImages | None) -> Section:
    sentences = tuple(agreement_sentences(groups))
    return Section(
        "agreement",
        "Agreement",
        AGREEMENT,
        sentences,
        pictures,
        tables=_filled(agreement_table(groups)),
        galleries=galleries(detailed(groups), tests),
    )


def _classes(groups: Sequence[Group], pictures: tuple[Picture, ...]) -> Section:
    shown = detailed(groups)
    word = shown[0].class_word if shown else "class"
    tables = [
        replace(table, title=f"{group.label}: {table.title.lower()}")
        for group in shown
        for table in (digit_table(group), digit_table(group, "precision"))
    ]
    return Section("classes", f"Per {word}", pictures=pictures, folded=_filled(*tables))


def _runs(groups: Sequence[Group]) -> Section:
    table = run_table(groups)
    title = f"All {len(table.rows):,} runs" if len(table.rows) > 1 else "The run"
    return Section("runs", "Every run", folded=_filled(replace(table, title=title)), most=MAX_RUNS)


def _provenance(records: Sequence[Record]) -> Section:
    made = tuple(commands(records))
    more = len(made) - MAX_COMMANDS
    tables = (versions_table(records), machine_table(records), provenance_table(records))
    return Section(
        "provenance",
        "Provenance",
        PROVENANCE if made else "",
        (f"{more:,} more commands are left out. results.jsonl has every one.",) if more > 0 else (),
        commands=made[:MAX_COMMANDS],
        tables=_filled(*tables),
    )
