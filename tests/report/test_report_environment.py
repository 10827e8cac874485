"""What a report says of how its runs were made."""

import msgspec
import pytest
from synthetic_records import make_record

from mnist_compare.host.quota import cpu_quota
from mnist_compare.records.provenance import Provenance
from mnist_compare.report.environment import machine_table, provenance_table, warnings
from mnist_compare.report.markdown import report_markdown
from mnist_compare.runner.provenance import make_provenance
from mnist_compare.worker.environment import gather_environment

COMMAND = "python -m mnist_compare --backends torch"
MADE = Provenance(COMMAND, "c" * 64, {"mnist_compare": "d" * 64}, "e" * 40, True, "0-3", 0.2, 4.1)


def record(began=0, seconds=30, load=None, seed=0, cores=4):
    """A run on four threads that begins so many seconds after ten o'clock."""
    times = {
        name: f"2025-01-01T10:{at // 60:02}:{at % 60:02}Z"
        for name, at in (("started", began), ("finished", began + seconds))
    }
    made = msgspec.structs.replace(MADE, load_before=load)
    return make_record("torch", seed=seed, provenance=made, machine={"cores": cores}, **times)


def test_provenance_is_shown():
    """Command, revision, hashes, time, CPUs and load are to be read in the report."""
    text = report_markdown([record(load=0.2)], {})
    environment = text[text.index("## Environment") :]
    for shown in (
        f"```\n{COMMAND}\n```",
        "| code | git eeeeeeeeeeee, with changes that are not committed |",
        "| hash of mnist_compare | dddddddddddd |",
        "| first run began | 2025-01-01 10:00:00 UTC |",
        "| CPUs in use | 0-3 |",
        "| load before a run | 0.2 |",
    ):
        assert shown in environment


def test_a_changed_checkout_is_no_warning():
    """Changes that are not committed are told where the code is named, and nowhere else."""
    assert warnings([record(load=0.2)]) == []
    clean = msgspec.structs.replace(MADE, dirty=False)
    installed = msgspec.structs.replace(MADE, revision=None, dirty=None)
    rows = [dict(provenance_table([make_record(provenance=made)]).rows)["code"] for made in (clean, installed)]
    assert rows == ["git eeeeeeeeeeee", "an installed package, no git checkout"]


def test_records_without_provenance_are_shown():
    """The report of an older comparison has what its records have."""
    text = report_markdown([make_record()], {})
    assert "hash of the data" in text
    assert "### Command" not in text


@pytest.mark.parametrize(("load", "warned"), [(None, False), (0.5, False), (2.0, False), (2.5, True)])
def test_a_busy_machine_is_warned_of(load, warned):
    """A load of more than half the cores before a run is told, with the numbers."""
    found = warnings([record(load=load)])
    assert bool(found) == warned
    if warned:
        assert "when 1 run began: the load was 2.5 on 4 cores" in found[0]


@pytest.mark.parametrize(("pause", "warned"), [(1, False), (300, True)])
def test_the_load_of_the_run_before_is_no_other_work(pause, warned):
    """The load that a run finds because the one before it has just ended is its own comparison's; later it is not."""
    before = record(seconds=300, load=0.1)
    after = record(began=300 + pause, load=3.9, seed=1)
    assert bool(warnings([before, after])) == warned


def test_runs_side_by_side_are_no_other_work():
    """Of runs at the same time, the load of the one that began first does not count against the second."""
    assert warnings([record(load=0.1, seconds=600), record(began=120, load=3.5, seed=1)]) == []


def test_the_gpus_of_a_machine_are_shown():
    """The machine's table has every GPU with its driver, memory in GiB, and says where there is no GPU."""
    gpus = [{"model": "NVIDIA H200", "driver": "570.86"}, {"model": "NVIDIA L4", "driver": "570.86"}]
    machines = [{"cpu": "A", "memory_bytes": 2**34, "gpus": gpus}, {"cpu": "B", "gpus": []}]
    table = machine_table([make_record(name, machine=m) for name, m in zip(("torch", "keras"), machines, strict=True)])
    assert table.rows == (
        ("cpu", "A", "B"),
        ("memory", "16.0 GiB", "none"),
        ("gpus", "model NVIDIA H200, driver 570.86; model NVIDIA L4, driver 570.86", "none"),
    )


def test_the_cpu_quota_is_shown():
    """A quota of the container is in the provenance of a run and in the table; without one both are silent."""
    assert make_provenance(record().spec, [gather_environment("numpy")], None).cpu_quota == cpu_quota()
    limited = msgspec.structs.replace(record(), provenance=msgspec.structs.replace(MADE, cpu_quota=2.5))
    assert ("CPU quota", "2.5 cores") in provenance_table([limited]).rows
    assert "CPU quota" not in dict(provenance_table([record()]).rows)
