"""What a self-test has found, as a table and in sentences."""

from mnist_compare.certify.selftest import Catch, SelfTest
from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING, listing, plural

NOT_CAUGHT = {"match": "NOT CAUGHT", "undecidable": "NOT CAUGHT: as far as rounding leads"}


def self_test_table(test: SelfTest) -> Table:
    """By fault: the first step at which the certificate finds it, by what, and in which backends' names."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for backend, catches in test.catches.items():
        for catch in catches:
            step, what = (str(catch.step), _what(catch)) if catch.caught else (NOTHING, NOT_CAUGHT[catch.verdict])
            found.setdefault((catch.fault, step, what), []).append(backend)
    order = [catch.fault for catches in test.catches.values() for catch in catches]
    rows = sorted(((*where, ", ".join(names)) for where, names in found.items()), key=lambda row: order.index(row[0]))
    return Table("Planted faults", ("fault", "step", "caught by", "in"), tuple(rows))


def self_test_sentences(test: SelfTest) -> list[str]:
    """The verdict, and each thing that is not as it must be."""
    faults = {catch.fault for catches in test.catches.values() for catch in catches}
    missed = {catch.fault for _, catch in test.missed}
    healthy = (
        "without a fault all pairs pass"
        if not test.mismatched
        else f"{plural(len(test.mismatched), 'pair')} without a fault fail"
    )
    sentences = [f"{len(faults) - len(missed)} of {plural(len(faults), 'planted fault')} caught; {healthy}."]
    sentences += [f"Not caught in {name}: {catch.fault} ({catch.case})." for name, catch in test.missed]
    sentences += [
        f"Without a fault {pair.a} and {pair.b} part in {pair.case}, at step {pair.gaps.first_step_out}: "
        f"{pair.gaps.quantity_out} {pair.gaps.array_out or ''}".rstrip()
        + "."
        for pair in test.mismatched
    ]
    for name, untraced in test.untraced.items():
        refused = [case for case, why in untraced.items() if why.refused]
        sentences += [f"{name} refuses {listing(refused)}: its faults were not tried there."] if refused else []
        sentences += [f"{name} failed in {case}: {why.reason}" for case, why in untraced.items() if not why.refused]
    return sentences


def _what(catch: Catch) -> str:
    return f"{catch.quantity} {catch.array or ''}".rstrip()
