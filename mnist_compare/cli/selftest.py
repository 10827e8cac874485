"""`certify --self-test` and `certify --ledger`: what certificates can find, and what backends do about it."""

from collections.abc import Mapping, Sequence

import click

from mnist_compare.cli.stopping import stopping_in_order
from mnist_compare.io.terminal import to_json


def run_self_test(backends: Sequence[str], python: Mapping[str, str], *, as_json: bool) -> int:
    """Run and print the self-test of the backends (without any: all installed frameworks); gives the exit code."""
    from mnist_compare.certify import selftest_run
    from mnist_compare.interpreters.check import find_interpreters
    from mnist_compare.interpreters.choice import backend_names, choose

    choices = choose(python)
    interpreters = find_interpreters(backend_names(backends, choices), choices)
    with stopping_in_order("Stopped."):
        test = selftest_run.run_self_test(interpreters, say=lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(to_json(test))
        return 0 if test.passed else 1
    from mnist_compare.certify.selftest_words import self_test_sentences, self_test_table
    from mnist_compare.document.screen import Screen
    from mnist_compare.document.terminal_table import rich_table

    console = Screen()
    console.print(rich_table(self_test_table(test)))
    for sentence in self_test_sentences(test):
        console.print(sentence, style="bold", highlight=False)
    return 0 if test.passed else 1


def print_ledger() -> None:
    """Print the ledger as a Markdown table."""
    from mnist_compare.certify.ledger import ledger_table
    from mnist_compare.document.markdown import table_markdown

    click.echo(table_markdown(ledger_table()))
