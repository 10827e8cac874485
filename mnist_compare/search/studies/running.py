"""A study under way: its trials, which several commands may share, then the best setting, trained on all training
images and tested once.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from filelock import Timeout
from msgspec.structs import replace
from optuna.storages import BaseStorage

from mnist_compare.io.files import make_folder, write_file
from mnist_compare.io.folder_lock import sole_holder
from mnist_compare.records.folder import CHOSEN_FOLDER
from mnist_compare.records.record import Record, Status
from mnist_compare.runner.comparison import run_comparison
from mnist_compare.runner.engine import Engine
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.plan import Plan
from mnist_compare.runner.planned_run import digest
from mnist_compare.runner.reporter import MakeReporter, NoReport
from mnist_compare.search.choice import JudgedSetting, judge
from mnist_compare.search.chosen import chosen_plan, set_aside_another
from mnist_compare.search.studies.claims import Claim, Claims, study_lock
from mnist_compare.search.studies.identity import StudyFolder, check_study, claim_folder, open_study
from mnist_compare.search.studies.planning import Part, StudyPlan
from mnist_compare.search.studies.proposals import distributions, make_pruner, make_sampler, proposed_values
from mnist_compare.search.studies.storage import open_storage
from mnist_compare.search.studies.trial_records import (
    add_trial,
    earlier_records,
    is_pruned,
    known_records,
    trial_value,
)
from mnist_compare.search.studies.watching import TrialObserver

SPACE_FILE = "space.toml"
CHOSEN_LOCK = ".chosen.lock"


class Studied(msgspec.Struct, frozen=True):
    """What a study has given: the records of its trials, and its settings, the best first, by the name of the network,
    or of the backend where each has a study. So many trials are `left`, under way in other commands.

    `chosen` are the records of the best settings, trained on all training images and judged on the test images, in the
    folder `chosen_folder`; there are none where that was not asked for, trials are left, or none is done.
    """

    folder: Path
    records: list[Record]
    settings: dict[str, list[JudgedSetting]]
    left: int
    chosen_folder: Path
    chosen: list[Record] = []

    @property
    def best(self) -> dict[str, JudgedSetting]:
        """The best setting of each study that has a trial which is done."""
        return {name: settings[0] for name, settings in self.settings.items() if settings and settings[0].done}


class Means(msgspec.Struct, frozen=True):
    """What trains, who is told of it, after how many seconds a run is killed, and how often one is placed again."""

    engine: Engine
    observer: Observer
    timeout: float | None = None
    retries: int | None = None

    def train(self, plan: Plan, folder: Path, make_reporter: MakeReporter, **more: Any) -> list[Record]:
        """The records of a comparison; `more` are options of run_comparison."""
        given = {"observer": self.observer, "timeout": self.timeout, "retries": self.retries}
        return run_comparison(plan, folder, self.engine, make_reporter, **given | more)


def run_study(plan: StudyPlan, means: Means, make_reporter: MakeReporter, *, chosen: bool = True) -> Studied:
    """Do the trials that are left, together with all other commands that work on the study, and then, where it is
    wanted, train what is chosen by them. Raises as run_comparison does.
    """
    make_folder(plan.folder)
    with study_lock(plan.folder):
        known = claim_folder(plan.folder, plan.storage)
        write_file(plan.folder / SPACE_FILE, plan.text.encode())
    storage = open_storage(plan.storage, plan.folder)
    left = 0
    for part in plan.parts:
        claims = _claims(plan, part, storage, known)
        while claim := claims.next():
            try:
                _do(plan, part, claim, claims.place(claim.number), means)
            finally:
                claim.release()
        left += claims.others()
    studied = _studied(plan, left)
    if not chosen or left or not studied.best:
        return studied
    return replace(studied, chosen=_train_chosen(plan, studied, means, make_reporter))


def _claims(plan: StudyPlan, part: Part, storage: BaseStorage, known: StudyFolder) -> Claims:
    """The trials of a part for this command."""
    name = plan.study_name(part)
    with study_lock(plan.folder):
        check_study(storage, name, plan.facts, plan.folder, plan.storage)
        study = open_study(storage, name, plan.facts, known)
    study.pruner = make_pruner(plan.space, plan.epochs)
    return Claims(
        study,
        plan.folder,
        plan.trials,
        distributions(plan.axes),
        lambda number: make_sampler(plan.space, plan.axes, number),
        f"{part.label}-" if part.label else "",
    )


def _do(plan: StudyPlan, part: Part, claim: Claim, place: str, means: Means) -> None:
    """Train a trial, unless its setting was tried before, add its records to the study's, and tell what it is worth."""
    trial = plan.trial(part, claim.number, proposed_values(plan.axes, claim.trial.params), means.engine)
    keys = [run.key for run in trial.runs]
    found = earlier_records(known_records(plan.folder), keys) or _trained(plan, trial, claim, place, means)
    counted = add_trial(plan.folder, place, claim.number, found)
    claim.tell(trial_value(counted), pruned=is_pruned(counted))


def _trained(plan: StudyPlan, trial: Plan, claim: Claim, place: str, means: Means) -> list[Record]:
    folder = plan.folder / place
    own = known_records(folder)
    if not is_pruned(own.values()):  # by a command that was killed before it could tell
        observer = TrialObserver(means.observer, claim.trial, trial.runs[0], plan.space.pruner)
        means.train(trial, folder, NoReport, observer=observer, retime=False, stop=observer.stop)
        own = known_records(folder)
        for run in trial.runs:
            if run.key in own and own[run.key].status is Status.PRUNED:
                means.observer.run_ended(run, own[run.key], kept=False)
    return [own[run.key] for run in trial.runs if run.key in own]


def _studied(plan: StudyPlan, left: int) -> Studied:
    records = list(known_records(plan.folder).values())
    network = plan.network.name
    settings = {
        part.label or network: judge(record for record in records if record.backend in part.request.backends).get(
            network, []
        )
        for part in plan.parts
    }
    return Studied(plan.folder, records, settings, left, plan.folder / CHOSEN_FOLDER)


def _train_chosen(plan: StudyPlan, studied: Studied, means: Means, make_reporter: MakeReporter) -> list[Record]:
    """The records of the best settings; none where another command trains them just now."""
    requests = {part.label or plan.network.name: part.request for part in plan.parts}
    wanted = _joined([chosen_plan(requests[name], [one], means.engine) for name, one in studied.best.items()])
    with suppress(Timeout), sole_holder(plan.folder / CHOSEN_LOCK):
        set_aside_another(studied.chosen_folder, wanted)
        return means.train(wanted, studied.chosen_folder, make_reporter)
    return []


def _joined(plans: list[Plan]) -> Plan:
    """The runs of all plans as one comparison."""
    if len(plans) == 1:
        return plans[0]
    return replace(
        plans[0],
        runs=tuple(run for plan in plans for run in plan.runs),
        datasets={spec: images for plan in plans for spec, images in plan.datasets.items()},
        identity=digest([plan.identity for plan in plans]),
        without_seeds=digest([plan.without_seeds for plan in plans]),
    )
