"""The finished records of a folder by key, one at a time: a large comparison has more than memory should hold."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from mnist_compare.records.record import Record, Status
from mnist_compare.records.results import RESULTS_FILE, Place, placed_records, read_record


class FinishedRecords(Mapping[str, Record]):
    """The records of the folder that are done and count, as they are now; none where it has no results yet.

    Each is read from the file when it is asked for. Raises OutputError as `read_records` does.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places = _places(folder)

    def __getitem__(self, key: str) -> Record:
        place = self._places[key]
        record = read_record(self._folder, place)
        if record is None or record.key != key:  # somebody has edited the file meanwhile
            self._places = _places(self._folder)
            record = read_record(self._folder, self._places[key])
        if record is None:
            raise KeyError(key)
        return record

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _places(folder: Path) -> dict[str, Place]:
    places: dict[str, Place] = {}
    if not (folder / RESULTS_FILE).exists():
        return places
    for place, record in placed_records(folder):
        if record.superseded:
            continue
        if record.status is Status.DONE:
            places[record.key] = place
        else:
            places.pop(record.key, None)
    return places
