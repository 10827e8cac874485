"""Writing the files of a report."""

import os
from contextlib import suppress
from pathlib import Path

from mnist_compare.errors import OutputError


def write_file(path: Path, content: bytes) -> None:
    """Write the file under a temporary name and rename it, so that no reader ever sees half of it.

    Folders are made where they are missing. Raises OutputError with the reason where that fails.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise OutputError(f"Cannot write {path}: {error.strerror}.") from None
