import pytest
from msgspec.structs import replace

from benchmarks.documents import PAGES, all_records, documents, filled
from mnist_compare.records.record import Status


def a_run():
    """A committed run of `mlp`, of the whole recipe."""
    return next(record for record in all_records() if record.architecture == "mlp")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_page_shows_the_committed_records(path):
    """No number on the page is typed by hand: it is what the committed records come to."""
    page = path.read_text()
    assert filled(page, all_records()) == page


def test_a_claim_is_judged_by_the_luck_of_the_test_images():
    """A tutorial's figure counts as reached where it lies in the run's interval, and as more or less where outside."""
    mlp = a_run()
    for right, said in ((9_790, "as much as"), (9_700, "more than"), (9_860, "less than")):
        run = replace(mlp, test=replace(mlp.test, right=right))
        assert f"The document's 97.90 % are {said} {mlp.backend} reached." in documents([run])


def test_runs_that_have_not_ended_well_are_not_shown():
    """A run that was interrupted, or that a later one has replaced, is no result of a recipe."""
    mlp = a_run()
    for bad in (replace(mlp, status=Status.INTERRUPTED), replace(mlp, superseded=True)):
        assert "`mlp`: not trained here." in documents([bad])


def test_a_run_that_was_cut_short_is_not_set_beside_the_claim():
    """Fewer images or epochs than the tutorial's say nothing of its figure, and the page says so."""
    mlp = a_run()
    fewer = replace(mlp.spec, data=replace(mlp.spec.data, train_size=30_000))
    for short in (replace(mlp, spec=fewer), replace(mlp, epochs=mlp.epochs - 1)):
        told = documents([short])
        assert "| mlp, cut short |" in told
        assert "`mlp`: cut short to " in told
        assert "97.90 %" not in told
