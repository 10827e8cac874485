"""The study of a folder in its storage: made, or found again and held against what is asked for now."""

from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import msgspec
import optuna
from optuna.storages import BaseStorage
from optuna.study import Study, StudyDirection

from mnist_compare.document.words import listing
from mnist_compare.errors import UsageError
from mnist_compare.errors.names import named
from mnist_compare.host.version import __version__
from mnist_compare.io.files import write_file
from mnist_compare.io.reading import read_utf8
from mnist_compare.search.studies.storage import JOURNAL_FILE, storage_place

STUDY_FILE = "study.json"
FACTS, FOLDER = "mnist_compare", "mnist_compare_folder"
"""The attributes of a study that say what it is of, and which folder has its runs."""
MOST_TOLD = 4
MAX_STUDY_BYTES = 100_000

Facts = dict[str, object]
"""All that must be the same in all commands that work on a study."""


class StudyFolder(msgspec.Struct, frozen=True):
    """What a folder says of its study: `id` tells it from other folders, `storage` is where the study is kept."""

    mnist_compare: str
    id: str
    storage: str


def check_folder_of(folder: Path, address: str | None) -> None:
    """Raise UsageError where the folder's study is kept elsewhere."""
    known, place = _read(folder), _place(address, folder)
    if known and known.storage != place:
        raise UsageError(
            f"The study in {folder} is kept in {known.storage}, not in {place}. Give that to --storage"
            f"{', or leave it out' if known.storage == JOURNAL_FILE else ''}; or give another folder."
        )


def claim_folder(folder: Path, address: str | None) -> StudyFolder:
    """Say that the folder has a study, where it does not say so already."""
    known = _read(folder)
    if known is None:
        known = StudyFolder(__version__, uuid4().hex, _place(address, folder))
        write_file(folder / STUDY_FILE, msgspec.json.format(msgspec.json.encode(known)) + b"\n")
    return known


def check_study(storage: BaseStorage, name: str, facts: Facts, folder: Path, address: str | None) -> None:
    """Raise UsageError where the storage has another study of that name, or that of another folder."""
    found = _find(storage, name)
    if not found:
        return
    place, before = storage_place(address, folder), found.get(FACTS)
    if not isinstance(before, Mapping):
        raise UsageError(f"{place} has a study {name!r} that is none of mnist_compare. Give another folder or storage.")
    different = [key for key in dict.fromkeys([*before, *facts]) if before.get(key) != facts.get(key)]
    if different:
        told = [f"{key} was {_told(before.get(key))} and is {_told(facts.get(key))}" for key in different[:MOST_TOLD]]
        more = f", and {len(different) - MOST_TOLD} more" if len(different) > MOST_TOLD else ""
        raise UsageError(
            f"{place} holds another study {name!r}: {listing(told)}{more}. Go on with what it was, or give another "
            "folder: --output or --name."
        )
    known = _read(folder)
    if address is not None and found.get(FOLDER) != (known.id if known else None):
        raise UsageError(
            f"{place} holds a study {name!r} whose runs are in another folder than {folder}. All commands on a study "
            "work in one folder: give that, or one of another name."
        )


def open_study(storage: BaseStorage, name: str, facts: Facts, known: StudyFolder) -> Study:
    """The study of that name, which is made where there is none; accuracy is to be high."""
    study = optuna.create_study(storage=storage, study_name=name, direction="maximize", load_if_exists=True)
    if FACTS not in study.user_attrs:
        study.set_user_attr(FOLDER, known.id)
        study.set_user_attr(FACTS, facts)
    return study


def plain_facts(facts: Facts) -> Facts:
    """The facts as a storage gives them back."""
    found: Facts = msgspec.json.decode(msgspec.json.encode(facts))
    return found


def _place(address: str | None, folder: Path) -> str:
    """Where the study is kept, as its folder says it: that may be moved, with the journal in it."""
    return JOURNAL_FILE if address is None else storage_place(address, folder)


def _read(folder: Path) -> StudyFolder | None:
    path = folder / STUDY_FILE
    try:
        return msgspec.json.decode(read_utf8(path, MAX_STUDY_BYTES), type=StudyFolder)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read ({error}): it says whose study is in {folder}. Give another."
        ) from None


def _find(storage: BaseStorage, name: str) -> Mapping[str, object] | None:
    """What the study of that name says of itself; nothing of one that another command is just making."""
    for one in storage.get_all_studies():
        if one.study_name == name:
            return one.user_attrs if one.directions == [StudyDirection.MAXIMIZE] else {"another": True}
    return None


def _told(value: object) -> str:
    return "not given" if value is None else named(value)
