"""Parquet and Arrow files, as record batches of bounded size, and what Hugging Face writes into their schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mnist_compare.data.readers.files import check_size, head, reading
from mnist_compare.data.readers.reader import MAX_BYTES
from mnist_compare.errors import DataError

PARQUET = b"PAR1"
SUFFIXES = (".parquet", ".arrow")
ROWS = 500
MAX_METADATA = 10_000_000
MAX_COLUMNS = 10_000


class Schema(NamedTuple):
    """The names and types of the columns, Hugging Face's description of them, where there is one, and the number of
    rows, 0 where only reading them all would tell.
    """

    types: dict[str, Any]
    features: dict[str, dict[str, Any]]
    rows: int


def is_arrow(path: Path) -> bool:
    """Whether a file is Parquet or Arrow, by its first bytes or its name."""
    return path.is_file() and (path.suffix.lower() in SUFFIXES or head(path, 8).startswith((PARQUET, b"ARROW1")))


def open_schema(path: Path) -> Schema:
    """The schema of a file; raises DataError where it is damaged, or pyarrow is not installed."""
    _check(path)
    with reading(path, "Parquet or Arrow file"), _opened(path) as opened:
        schema = _schema(opened)
        if len(schema.names) > MAX_COLUMNS:
            raise DataError(f"{path} has {len(schema.names):,} columns, where at most {MAX_COLUMNS:,} are read.")
        rows = opened.metadata.num_rows if hasattr(opened, "iter_batches") else 0
        return Schema({field.name: field.type for field in schema}, _features(schema.metadata or {}), rows)


def batches(path: Path, columns: list[str]) -> Iterator[Any]:
    """Its rows, some at a time, with these columns alone."""
    _check(path)
    with reading(path, "Parquet or Arrow file"), _opened(path) as opened:
        if hasattr(opened, "iter_batches"):
            _check_groups(path, opened.metadata)
            yield from opened.iter_batches(batch_size=ROWS, columns=columns)
            return
        for batch in _ipc_batches(opened):
            batch.validate(full=True)  # offsets that lead out of it would be followed
            chosen = batch.select(columns)
            for start in range(0, chosen.num_rows, ROWS):
                yield chosen.slice(start, ROWS)


def _check(path: Path) -> None:
    check_size(path, MAX_BYTES, "Parquet or Arrow file")
    try:
        import pyarrow  # noqa: F401  is it there
    except ImportError:
        raise DataError(
            f"{path} is a Parquet or Arrow file, which pyarrow reads. Run: python -m pip install pyarrow"
            " (or mnist-compare[parquet])."
        ) from None


def _opened(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if head(path, 4) == PARQUET:
        return pq.ParquetFile(path, memory_map=True)
    if head(path, 6) == b"ARROW1":
        return pa.ipc.open_file(pa.memory_map(str(path)))
    return pa.ipc.open_stream(pa.memory_map(str(path)))


def _schema(opened: Any) -> Any:
    return opened.schema_arrow if hasattr(opened, "iter_batches") else opened.schema


def _ipc_batches(opened: Any) -> Iterator[Any]:
    if hasattr(opened, "num_record_batches"):
        return (opened.get_batch(number) for number in range(opened.num_record_batches))
    return iter(opened)


def _check_groups(path: Path, metadata: Any) -> None:
    total = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    if not 0 <= total <= 2 * MAX_BYTES:
        raise DataError(f"{path} announces {total:,} bytes, but at most {2 * MAX_BYTES:,} are read.")


def _features(metadata: dict[bytes, bytes]) -> dict[str, dict[str, Any]]:
    """Hugging Face's description of each column; none where it is not theirs, or is damaged."""
    text = metadata.get(b"huggingface", b"")
    try:
        features = json.loads(text)["info"]["features"] if 0 < len(text) < MAX_METADATA else {}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    described = features if isinstance(features, dict) else {}
    return {str(name): feature for name, feature in described.items() if isinstance(feature, dict)}
