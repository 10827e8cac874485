import json

import msgspec
import pytest

from benchmarks.measurement import (
    of_ratios,
    read_measurements,
    stamped,
    with_target,
    without_ratio,
    write_measurements,
)


def test_results_are_a_list_of_measurements(tmp_path):
    """Each says what it is of, its ratio and spread, both sides, the machine and the load; none is lost on the way."""
    made = [
        stamped(
            of_ratios("overhead", "torch", "cnn", "a / b", [1.0, 1.2], values={"a s": [1.0, None]}, other_cores=0.1),
            3.0,
            quick=False,
        ),
        stamped(without_ratio("report", "none", "cnn", "a / b", "refused"), 1.0, quick=True),
    ]
    write_measurements(tmp_path / "latest.json", made)
    assert read_measurements(tmp_path / "latest.json") == made
    first, second = json.loads((tmp_path / "latest.json").read_text())
    wanted = {"name": "overhead", "backend": "torch", "architecture": "cnn", "ratio": 1.1, "low": 1.05, "high": 1.15}
    assert {key: first[key] for key in wanted} == pytest.approx(wanted)
    assert (first["pairs"], first["values"], first["other_cores"]) == (2, {"a s": [1.0, None]}, 0.1)
    assert {"cpu", "cores", "memory_bytes"} <= first["machine"].keys()
    assert {"numpy", "python"} <= first["versions"].keys()
    assert first["finished"]
    assert (second["ratio"], second["note"], second["quick"]) == (None, "refused", True)


def test_no_file_is_no_measurement(tmp_path):
    """Before anything was measured there is nothing to show."""
    assert read_measurements(tmp_path / "latest.json") == []


@pytest.mark.parametrize(
    ("ratio", "limits", "met"),
    [
        (1.02, {"most": 1.03}, True),
        (1.04, {"most": 1.03}, False),
        (3.1, {"least": 3.0}, True),
        (2.9, {"least": 3.0}, False),
        (None, {"most": 1.03}, None),
    ],
)
def test_a_target_is_reached_or_missed(ratio, limits, met):
    """Or neither, where there is no ratio."""
    one = msgspec.structs.replace(without_ratio("overhead", "torch", "cnn", "a / b", ""), ratio=ratio)
    assert with_target(one, **limits).met is met
