"""Runs as event files of TensorBoard, made with its own package. Of that, only parts are imported that leave TensorFlow
out: those that write event files and HParams import it where it is installed.

A run is a folder: its scalars have the number of the epoch as step, and those of the whole run have the last one. The
HParams tab gets the settings of all runs. TensorBoard keeps scalars as float32.
"""

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mnist_compare.export.run import SETTINGS, ExportedRun, Setting
from mnist_compare.io.files import make_folder, write_file
from mnist_compare.records.record import Status

PACKAGE = "tensorboard"
EVENTS = "events.out.tfevents"
VERSION = "brain.Event:2"
OVERVIEW = ("test_accuracy", "test_loss", "train_seconds", "total_seconds")
"""The totals that the HParams tab shows beside the settings."""
MOST_WHOLE = 2**53
KINDS = ("loss", "accuracy", "seconds")


def epoch_tag(name: str) -> str:
    """The tag of a number of each epoch: those of one kind stand together, as in "loss/test"."""
    what, _, kind = name.rpartition("_")
    return f"{kind}/{what}" if kind in KINDS else name


def total_tag(name: str) -> str:
    """The tag of a number of the whole run."""
    return f"run/{name}"


def write_tensorboard(folder: Path, runs: Sequence[ExportedRun]) -> None:
    """A folder for each run, by network, and the overview at the top. The same runs give the same bytes."""
    begin = min((run.begin for run in runs), default=0.0)
    _write(folder, begin, [_overview(runs, begin)])
    for run in runs:
        _write(folder / run.network / run.name, run.begin, _events(run))


def _events(run: ExportedRun) -> Iterable[tuple[float, int, Any]]:
    """Moment, step and summary of each event of a run."""
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    ended = {
        Status.DONE: api_pb2.STATUS_SUCCESS,
        Status.INTERRUPTED: api_pb2.STATUS_UNKNOWN,
        Status.PRUNED: api_pb2.STATUS_UNKNOWN,
    }.get(run.record.status, api_pb2.STATUS_FAILURE)
    start = plugin_data_pb2.SessionStartInfo(group_name=run.name, start_time_secs=run.begin)
    for name, setting in run.settings.items():
        value = _hparam(setting)
        if isinstance(value, str):
            start.hparams[name].string_value = value
        else:
            start.hparams[name].number_value = value
    end = plugin_data_pb2.SessionEndInfo(status=ended, end_time_secs=run.end)
    yield run.begin, 0, _hparams(metadata.SESSION_START_INFO_TAG, session_start_info=start)
    for epoch in run.epochs:
        yield epoch.moment, epoch.number, _scalars({epoch_tag(name): value for name, value in epoch.values.items()})
    yield run.end, len(run.epochs), _scalars({total_tag(name): value for name, value in run.totals.items()})
    yield run.end, 0, _hparams(metadata.SESSION_END_INFO_TAG, session_end_info=end)


def _overview(runs: Sequence[ExportedRun], begin: float) -> tuple[float, int, Any]:
    """Which settings and totals the HParams tab shows."""
    from tensorboard.plugins.hparams import api_pb2, metadata

    hparams = []
    for name in SETTINGS:
        is_text = any(isinstance(_hparam(run.settings[name]), str) for run in runs if name in run.settings)
        kind = api_pb2.DATA_TYPE_STRING if is_text else api_pb2.DATA_TYPE_FLOAT64
        hparams.append(api_pb2.HParamInfo(name=name, display_name=name, type=kind))
    metrics = [api_pb2.MetricInfo(name=api_pb2.MetricName(tag=total_tag(name)), display_name=name) for name in OVERVIEW]
    experiment = api_pb2.Experiment(hparam_infos=hparams, metric_infos=metrics, time_created_secs=begin)
    return begin, 0, _hparams(metadata.EXPERIMENT_TAG, experiment=experiment)


def _hparam(value: Setting) -> str | float:
    """A setting as HParams have it: numbers are floats there, and a whole number that none holds is text."""
    return value if isinstance(value, str) else float(value) if abs(value) <= MOST_WHOLE else str(value)


def _hparams(tag: str, **content: Any) -> Any:
    """The summary by which the HParams tab knows of a run, or of all."""
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    told = metadata.create_summary_metadata(plugin_data_pb2.HParamsPluginData(**content))
    return Summary(value=[Summary.Value(tag=tag, metadata=told, tensor=metadata.NULL_TENSOR)])


def _scalars(values: dict[str, float]) -> Any:
    from tensorboard.compat.proto.summary_pb2 import Summary

    return Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])


def _write(folder: Path, begin: float, events: Iterable[tuple[float, int, Any]]) -> None:
    """An event file; its name begins as TensorBoard looks for them."""
    from tensorboard.compat.proto.event_pb2 import Event

    written = [Event(wall_time=begin, file_version=VERSION)]
    written += [Event(wall_time=moment, step=step, summary=summary) for moment, step, summary in events]
    make_folder(folder)
    content = b"".join(_framed(event.SerializeToString(deterministic=True)) for event in written)
    write_file(folder / f"{EVENTS}.{max(0, int(begin))}.mnist_compare", content)


def _framed(content: bytes) -> bytes:
    """A record of an event file: its length and itself, each with a checksum behind it, in little-endian order."""
    from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

    length = struct.pack("<Q", len(content))
    sums = [struct.pack("<I", masked_crc32c(part)) for part in (length, content)]
    return length + sums[0] + content + sums[1]
