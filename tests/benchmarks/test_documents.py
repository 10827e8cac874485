from msgspec.structs import replace

from benchmarks.documents import PAGE, RECORDS, filled, results
from mnist_compare.records.results import read_records


def test_the_page_shows_the_committed_records():
    """No number on the page is typed by hand: it is what the records under reports/reference/documented come to."""
    page = PAGE.read_text()
    assert filled(page, read_records(RECORDS)) == page


def test_a_claim_is_judged_by_the_luck_of_the_test_images():
    """A tutorial's figure counts as reached where it lies in the run's interval, and as more or less where outside."""
    mlp = next(record for record in read_records(RECORDS) if record.architecture == "mlp")
    for right, said in ((9_790, "as much as"), (9_700, "more than"), (9_860, "less than")):
        run = replace(mlp, test=replace(mlp.test, right=right))
        assert f"The document's 97.90 % are {said} {mlp.backend} reached." in results([run])


def test_runs_that_have_not_ended_well_are_not_shown():
    """A run that failed, or that a later one has replaced, is no result of a recipe."""
    mlp = next(record for record in read_records(RECORDS) if record.architecture == "mlp")
    for bad in (replace(mlp, reason="out of memory"), replace(mlp, superseded=True)):
        assert "`mlp`: not trained here." in results([bad])
