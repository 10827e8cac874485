"""Downloads a published data set, by the command `fetch` alone: no data set is downloaded in any other way."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from mnist_compare.data.published import PUBLISHED
from mnist_compare.data.readers.files import one_line
from mnist_compare.errors import DataError, OutputError, UsageError, unknown

Say = Callable[[str], None]


def fetch(name: str, folder: Path | None, mirror: str | None, say: Say) -> Path:
    """The folder with the files of the set, which are downloaded where they are not there yet; `say` tells of each.

    Raises UsageError for a name that is none, and DataError where no mirror gives a file with the right checksum.
    """
    if name not in PUBLISHED:
        raise unknown("data set to fetch", name, PUBLISHED)
    if mirror is not None and not mirror.startswith(("http://", "https://")):
        raise UsageError(f"--mirror takes an address that begins with http:// or https:// (it is {mirror!r}).")
    published = PUBLISHED[name]
    place = folder or user_data_path("mnist-compare", appauthor=False) / "data" / name
    say(f"{published.title}: {len(published.files)} files, about {published.megabytes:,} MB, into {place}.")
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot make the folder {place}: {error.strerror}. Give another --output.") from None
    mirrors = (mirror, *published.mirrors) if mirror else published.mirrors
    for file, checksum in published.files.items():
        _fetch_file(place, file, checksum, mirrors, say)
    return place


def _fetch_file(place: Path, file: str, checksum: str, mirrors: tuple[str, ...], say: Say) -> None:
    pooch = _pooch()
    if (place / file).is_file() and pooch.file_hash(str(place / file), "md5") == checksum:
        say(f"{file} is there already.")
    failures = []
    for mirror in mirrors:
        address = f"{mirror.rstrip('/')}/{file}"
        if not (place / file).is_file():
            say(f"Downloading {address}")
        unpack = pooch.Unzip(extract_dir="unpacked") if file.endswith(".zip") else None
        try:
            pooch.retrieve(address, f"md5:{checksum}", file, place, processor=unpack)
        except Exception as error:  # of the network, of a server, and of what came
            failures.append(f"{address}: {one_line(error)}")
            continue
        return
    raise DataError(
        f"{file} could not be downloaded ({'; '.join(failures)}). Where this machine has no network, download "
        f"them on another, put them into {place}, and give that folder as --dataset. --mirror takes another one."
    )


def _pooch() -> Any:
    try:
        import pooch
    except ImportError:
        raise DataError(
            "Downloads are made by pooch, which is not installed. Run: python -m pip install pooch"
            " (or mnist-compare[fetch])."
        ) from None
    pooch.get_logger().setLevel(logging.ERROR)
    return pooch
