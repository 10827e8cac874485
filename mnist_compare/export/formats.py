"""All that a comparison can be exported as: its records for another tool, or its trained networks as files."""

from collections.abc import Mapping
from pathlib import Path

from mnist_compare.errors import UsageError, unknown
from mnist_compare.export.exporting import TOOLS, Export, export_records
from mnist_compare.export.networks import FORMATS, Say, export_networks


def export_comparison(
    comparison: Path,
    to: str,
    output: str | Path | None = None,
    *,
    pixels: bool = False,
    python: Mapping[str, str] | None = None,
    say: Say = lambda line: None,
) -> Export:
    """Export the records to a tool of TOOLS, or the networks in a format of FORMATS: see the function of each.

    Raises UsageError for any other word, and for `pixels` of records.
    """
    if to in FORMATS:
        return export_networks(comparison, to, output, pixels=pixels, python=python, say=say)
    if to not in TOOLS:
        raise unknown("format", to, (*TOOLS, *FORMATS))
    if pixels:
        raise UsageError("--pixels is for networks as ONNX files. Leave it out, or take --to onnx.")
    return export_records(comparison, to, output)
