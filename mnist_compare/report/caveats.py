"""All that limits a comparison, with the command that lifts the limit where there is one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mnist_compare.document.words import plural
from mnist_compare.records.record import Record, Status, current
from mnist_compare.report.absent import absent_caveats
from mnist_compare.report.caveat import Caveat
from mnist_compare.report.certified import OwnCertificate, certificate_command, uncertified_sentences
from mnist_compare.report.claim import few, several
from mnist_compare.report.data_caveats import data_caveats
from mnist_compare.report.environment import commands, record_caveats
from mnist_compare.report.gains import gain_sentences
from mnist_compare.report.limits import groups_note
from mnist_compare.report.paired import FEWEST
from mnist_compare.report.reservation import Reservation, reservation, reservation_caveats
from mnist_compare.report.scaling import processes_caveats
from mnist_compare.report.setting_tables import setting_caveats
from mnist_compare.report.settings import find_studies
from mnist_compare.report.speed import rows_with_speed
from mnist_compare.report.statistics import Group, compared
from mnist_compare.report.summary import superseded_sentences, withheld_sentences
from mnist_compare.report.tables import regression_caveats, resumed_note

PROGRAMS = ("python -m mnist_compare ", "mnist-compare ")
UNSAFE = set("\n\r\0;|&<>`$()")
"""Signs that make a shell do more than start one program: a command from a file that holds one is not offered."""


def caveats(
    groups: Sequence[Group],
    records: Sequence[Record],
    certificates: Sequence[OwnCertificate],
    absent: Sequence[str] = (),
) -> list[Caveat]:
    """The caveats of a report, the gravest first; records that a later --force has replaced are among `records`, and
    `absent` are runs without one.
    """
    counted = current(records)
    found = [
        *setting_caveats(find_studies(groups)),
        *_seeds(groups),
        *_certificate(groups, certificates),
        *_failed(groups),
        *data_caveats(groups),
        *_unfinished(counted),
        *absent_caveats(absent),
        *record_caveats(counted),
        *_untold(groups),
        *_resumed(groups),
        *(Caveat("Plain and tuned", sentence) for sentence in gain_sentences(groups)),
        *regression_caveats(groups),
        *processes_caveats(groups),
        *(Caveat("Older records", sentence) for sentence in superseded_sentences(records)),
        *(Caveat("Very many settings", sentence) for sentence in groups_note(groups)),
    ]
    command = repeated(counted)
    return [_with_command(caveat, command) for caveat in found]


def repeated(records: Sequence[Record]) -> str:
    """The one command that made all the runs, with a report; "" where there are several, or it is none to be copied
    unseen.
    """
    made = commands(records)
    if len(made) != 1 or not f"{made[0]} ".startswith(PROGRAMS) or UNSAFE & set(made[0]):
        return ""
    return made[0].replace(" --no-report", "")


def _with_command(caveat: Caveat, command: str) -> Caveat:
    """The caveat with the command that helps: what it trains goes into the same comparison where that has a name."""
    if not caveat.options or not command:
        return caveat
    return replace(caveat, command=f"{command} {caveat.options}")


def _seeds(groups: Sequence[Group]) -> list[Caveat]:
    fewer = [group for group in several(groups) if min(len(row.accuracies) for row in group.finished) < FEWEST]
    if not fewer:
        return []
    counts = sorted({len(row.accuracies) for group in fewer for row in group.finished})
    seeds = plural(counts[0], "seed") if len(counts) == 1 else f"{counts[0]} to {counts[-1]} seeds"
    if counts[-1] >= FEWEST:
        return [
            Caveat(
                "Few seeds of some backends",
                f"{few([group.label for group in fewer])} {'was' if len(fewer) == 1 else 'were'} trained with {seeds}.",
                f"Of a backend with fewer than {FEWEST}, a difference in accuracy cannot be told from chance.",
                f"{FEWEST} or more of every backend can tell.",
            )
        ]
    return [
        Caveat(
            "Few seeds" if counts[-1] > 1 else "One seed",
            f"{few([group.label for group in fewer])} {'was' if len(fewer) == 1 else 'were'} trained with {seeds}.",
            "A difference in accuracy cannot be told from chance: the framework may account for it, or the seed.",
            f"The same command with {FEWEST} seeds or more (--seeds 0-{FEWEST - 1}), in another folder.",
            options=f"--seeds 0-{FEWEST - 1}",
        )
    ]


def _certificate(groups: Sequence[Group], certificates: Sequence[OwnCertificate]) -> list[Caveat]:
    """What no certificate says; what those that are there say stands in a section of its own."""
    matched = [group for group in groups if group.spec.mode == "matched"]
    command = certificate_command(matched)
    if certificates:
        told = uncertified_sentences(groups, certificates)
        effect = "Whether these runs are the same training is not shown."
        action = "A new certificate, where DIR is the folder of this report." if command else ""
        return [Caveat("Not certified", text, effect, action, command) for text in told]
    if not command or not any(group.finished for group in matched):
        return []
    return [
        Caveat(
            "No certificate",
            "There is no certificate yet that the backends run the same training.",
            "A difference between them may come from another training as well as from the framework.",
            "This command makes it, where DIR is the folder of this report.",
            command,
        )
    ]


def _failed(groups: Sequence[Group]) -> list[Caveat]:
    return [Caveat("Not the same training", sentence) for sentence in withheld_sentences(groups)]


def _unfinished(records: Sequence[Record]) -> list[Caveat]:
    counts = Counter(record.status for record in records if record.status not in (Status.DONE, Status.PRUNED))
    if not counts:
        return []
    told = few([f"{status.value.replace('_', ' ')}: {count:,}" for status, count in counts.items()])
    number = sum(counts.values())
    interrupted = set(counts) == {Status.INTERRUPTED}
    return [
        Caveat(
            "Runs that did not finish",
            f"{number:,} of {plural(len(records), 'run')} did not finish ({told}).",
            f"{'It is' if number == 1 else 'They are'} in no mean and no claim.",
            "The same command goes on from there." if interrupted else "The table of these runs has the reasons.",
            command=repeated(records) if interrupted else "",
        )
    ]


def _untold(groups: Sequence[Group]) -> list[Caveat]:
    """Doubts about times that the caveats on the machine do not tell."""
    return reservation_caveats([doubt for group in several(compared(groups)) for doubt in _doubts(group)])


def _doubts(group: Group) -> list[Reservation]:
    rows = [row for row, _ in rows_with_speed(group)]
    found = [(row, doubt) for row in rows if (doubt := reservation(row))]
    return [
        doubt
        for row, doubt in found
        if doubt.kind == "short" or (doubt.kind == "disturbed" and not any(run.is_disturbed for run in row.timed))
    ]


def _resumed(groups: Sequence[Group]) -> list[Caveat]:
    note = resumed_note(groups)
    if not note:
        return []
    cause, _, effect = note.partition(". ")
    action = "The same command with --retime times them in one go."
    return [Caveat("Resumed runs", f"{cause}.", effect, action, options="--retime")]
