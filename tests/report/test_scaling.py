"""How fast several processes train a network, against fewer."""

import pytest
from msgspec.structs import replace
from synthetic_records import MACHINE, make_record

from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.page.pictures import pictures_of
from mnist_compare.report.scaling import processes_caveats, scaling_table
from mnist_compare.report.statistics import group_runs


def run(processes, seconds, backend="torch", architecture="cnn", **changes):
    """A run of so many processes that trained for so many seconds per epoch, a quarter of them in communication."""
    found = make_record(backend, architecture, seconds=seconds, machine=MACHINE | {"cores": 4}, **changes)
    waited = found.times.training / 4 if processes > 1 else 0.0
    return replace(
        found,
        key=f"{found.key}-{processes}",
        spec=replace(found.spec, processes=processes),
        times=replace(found.times, communication=waited),
    )


@pytest.fixture
def scaled():
    """Two backends with one, two and four processes, and a network that was trained in one alone."""
    seconds = {1: 4.0, 2: 2.0, 4: 1.0}
    records = [run(count, found, name) for count, found in seconds.items() for name in ("torch", "keras")]
    return [*records, run(1, 3.0, architecture="mlp")]


def test_each_number_of_processes_is_set_against_the_fewest(scaled):
    """Half the seconds are twice as fast, by rows of one network and backend; communication is a share of them."""
    table = scaling_table(group_runs(scaled))
    cells = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    torch = [row for row in cells if row["backend"] == "torch"]
    assert [row["processes"] for row in torch] == ["1", "2", "4"]
    assert [row["times as fast"] for row in torch] == ["–", "2.0", "4.0"]  # noqa: RUF001 (the sign for no value)
    assert [row["communication"] for row in torch] == ["–", "25 %", "25 %"]  # noqa: RUF001
    assert {row["network"] for row in cells} == {"cnn"}
    assert "## Several processes" in report_markdown(scaled, {})


def test_the_figure_shows_speed_against_processes(scaled):
    """A mark for each number of processes, with its speed in words; none where all runs have one."""
    (picture,) = [found for found in pictures_of("speed", group_runs(scaled)) if found.name == "scaling"]
    assert picture.finding == "4 processes train 4.0 times as fast as the fewest"
    assert "cnn, torch, 2 processes: " in picture.wide
    assert "25 % communication" in picture.wide
    alone = pictures_of("speed", group_runs([run(1, 3.0), run(1, 3.0, "keras")]))
    assert "scaling" not in {found.name for found in alone}


def test_a_disturbed_timing_gives_no_factor():
    """Nobody knows what other work has cost: the speeds stand there, the factor does not."""
    table = scaling_table(group_runs([run(1, 4.0), run(2, 2.0, other_cores=3.0)]))
    assert [row[table.columns.index("times as fast")] for row in table.rows] == ["–", "–"]  # noqa: RUF001


def test_batch_norms_of_several_processes_are_a_caveat():
    """Only of networks that have some, and only where several processes trained."""
    (caveat,) = processes_caveats(group_runs([run(2, 2.0, architecture="convnet"), run(2, 2.0)]))
    assert caveat.cause.startswith("convnet: each process normalizes by its own part of a batch")
    assert str(caveat) in report_markdown([run(2, 2.0, architecture="convnet")], {})
    assert processes_caveats(group_runs([run(1, 2.0, architecture="convnet")])) == []
