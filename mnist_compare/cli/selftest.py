"""`certify --self-test` and `certify --ledger`: what certificates can find, and what backends do about it."""

from collections.abc import Sequence

import click
import msgspec


def print_self_test(backends: Sequence[str], *, as_json: bool) -> bool:
    """Run the self-test of the backends (all installed frameworks without any), print it, and say whether it passed."""
    from rich.console import Console

    from mnist_compare.certify.selftest_words import self_test_sentences, self_test_table
    from mnist_compare.report.console import rich_table
    from mnist_compare.runner.check import run_self_test
    from mnist_compare.runner.plan import backend_names

    test = run_self_test(backend_names(backends), say=lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(msgspec.json.encode(test).decode())
        return test.passed
    console = Console(soft_wrap=False)
    console.print(rich_table(self_test_table(test)))
    for sentence in self_test_sentences(test):
        console.print(sentence, style="bold", markup=False, highlight=False)
    return test.passed


def print_ledger() -> None:
    """Print the ledger as a Markdown table."""
    from mnist_compare.certify.ledger import ledger_table
    from mnist_compare.report.markdown import table_markdown

    click.echo(table_markdown(ledger_table()))
