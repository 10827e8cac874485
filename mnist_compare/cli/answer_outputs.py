"""Where the answers of `predict` go: each output takes them batch by batch, and holds no more than it shows."""

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self

import click

from mnist_compare.cli.answers import entry, lines_of, network_json
from mnist_compare.cli.image_answers import Asked, csv_header, csv_row, json_of_image, shot_of
from mnist_compare.cli.predicted_rows import check_free
from mnist_compare.cli.prepared import shown
from mnist_compare.cli.summary import Summary
from mnist_compare.document.words import plural
from mnist_compare.errors import OutputError
from mnist_compare.io.files import make_folder, write_file
from mnist_compare.io.terminal import clean, to_json
from mnist_compare.records.record import Record
from mnist_compare.report.page.sheet import Shot, sheet_page

MOST_SHOTS = 1000
MOST_PIXELS = 20_000_000
"""So many images, and values of theirs, are on a page."""
PIECE = 1 << 20


class Output(ABC):
    """Takes the answers. As a context it is closed at its end, whatever has happened."""

    @abstractmethod
    def add(self, batch: Sequence[Asked]) -> None:
        """Print or write these, or keep what is to be written at the end."""

    def end(self) -> None:  # noqa: B027
        """All have come."""

    def close(self) -> None:  # noqa: B027
        """Let go what is open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class Text(Output):
    """Prints lines for each image, and a summary of several; with `show` what the networks see, too."""

    def __init__(self, records: Sequence[Record], *, show: bool) -> None:
        self._show = show
        self._summary = Summary(records)

    def add(self, batch: Sequence[Asked]) -> None:
        lines: list[str] = []
        for seen, number, answers in batch:
            lines += lines_of(seen, number or 0, answers, shown(seen) if self._show else "")
            self._summary.add(seen, number or 0, answers)
        click.echo(clean("\n".join(lines)))

    def end(self) -> None:
        if self._summary.seen > 1:
            click.echo(clean("\n".join(self._summary.lines())))


class Pictures(Output):
    """Prints what the networks see on stderr, beside other outputs."""

    def add(self, batch: Sequence[Asked]) -> None:
        for one in batch:
            click.echo(clean(f"{one.seen.name}\n{shown(one.seen)}"), err=True)


class JsonLines(Output):
    """Prints a line of JSON for each image."""

    def add(self, batch: Sequence[Asked]) -> None:
        click.echo("\n".join(to_json(json_of_image(one)) for one in batch))


class Json(Output):
    """Prints JSON network by network, at the end: until then the answers of each are in a file."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._files = [TemporaryFile("w+", encoding="utf-8", newline="") for _ in records]  # noqa: SIM115  see close

    def add(self, batch: Sequence[Asked]) -> None:
        try:
            for i, file in enumerate(self._files):
                text = to_json([entry(seen, answers[i], number) for seen, number, answers in batch])[1:-1]
                file.write(f",{text}" if file.tell() else text)
                file.flush()
        except OSError as error:
            raise OutputError(f"Cannot write the answers to a temporary file: {error.strerror}.") from None

    def end(self) -> None:
        for i, (record, file) in enumerate(zip(self._records, self._files, strict=True)):
            click.echo("," if i else "[", nl=False)
            click.echo(to_json(network_json(record)).removesuffix("}") + ',"images":[', nl=False)
            file.seek(0)
            while text := file.read(PIECE):
                click.echo(text, nl=False)
            click.echo("]}", nl=False)
        click.echo("]")

    def close(self) -> None:
        for file in self._files:
            _let_go(file)


class Csv(Output):
    """Prints a row for each image, or writes it to a new file, which is made with the first ones."""

    def __init__(self, records: Sequence[Record], path: Path | None) -> None:
        self._path = path
        self._file: IO[str] | None = None
        self._header: list[str] = csv_header(records)

    def add(self, batch: Sequence[Asked]) -> None:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        if self._header:
            writer.writerow(self._header)
            self._header = []
        writer.writerows(map(csv_row, batch))
        if self._path is None:
            click.echo(clean(text.getvalue()), nl=False)
        else:
            self._write(self._path, text.getvalue())

    def _write(self, path: Path, text: str) -> None:
        try:
            if self._file is None:
                make_folder(path.parent, str(path))
                self._file = path.open("x", encoding="utf-8", errors="replace", newline="")
            self._file.write(text)
            self._file.flush()
        except FileExistsError:
            raise OutputError(f"{path} exists already. Give another file to --csv, or take it away.") from None
        except OSError as error:
            if self._file is not None:  # half of the rows would be taken for all, and bar the next attempt
                _let_go(self._file)
                path.unlink(missing_ok=True)
            raise OutputError(f"Cannot write {path}: {error.strerror}.") from None

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        if any(exception) and self._file is not None and self._path is not None:
            self._path.unlink(missing_ok=True)  # as where it could not be written

    def close(self) -> None:
        if self._file is not None:
            _let_go(self._file)


def _let_go(file: IO[str]) -> None:
    """Close a file all of which is written; what could not be written is tried once more by that, and fails again."""
    with suppress(OSError):
        file.close()


class Sheet(Output):
    """Writes a page with pictures, at the end. Of very many images those stay on which the networks differ."""

    def __init__(self, records: Sequence[Record], path: Path) -> None:
        self._backends = [record.backend for record in records]
        self._path = path
        self._shots: list[Shot] = []
        self._left_out = 0

    def add(self, batch: Sequence[Asked]) -> None:
        for shot in map(shot_of, batch):
            if len(self._shots) < self._most(shot) or self._makes_room(shot):
                self._shots.append(shot)
            else:
                self._left_out += 1

    def _most(self, shot: Shot) -> int:
        return MOST_SHOTS if shot.image is None else min(MOST_SHOTS, MOST_PIXELS // shot.image.size)

    def _makes_room(self, shot: Shot) -> bool:
        """Whether networks differ on an image, and one on which they agree could be taken away for it."""
        agreed = [i for i, one in enumerate(self._shots) if one.agree] if shot.agree is False else []
        if agreed:
            del self._shots[agreed[-1]]
            self._left_out += 1
        return bool(agreed)

    def end(self) -> None:
        make_folder(self._path.parent, str(self._path))
        check_free(self._path, "--sheet")
        write_file(self._path, sheet_page(self._shots, self._backends, self._left_out).encode(errors="replace"))
        if self._left_out:
            told = f"{self._path} shows {plural(len(self._shots), 'image')}, and {self._left_out:,} are left out."
            click.echo(clean(f"{told} --csv FILE has all."), err=True)
