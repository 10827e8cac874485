"""`certify`: prove that the backends run the same training, or say where they do not."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from mnist_compare.certify.case import PRECISIONS
from mnist_compare.certify.certificate import Certificate
from mnist_compare.certify.plan import CertificateRequest, make_certificate_plan
from mnist_compare.cli.options import CHANGES, NAMES, UserPath, shared_options
from mnist_compare.cli.selftest import print_ledger, run_self_test
from mnist_compare.cli.stopping import stopping_in_order
from mnist_compare.document.table import Table
from mnist_compare.errors import MnistCompareError, UsageError
from mnist_compare.io.terminal import to_json

OUTPUT = "Folder of the certificate. Default: one of its own under reports/, or DIR/certificate with --run DIR."
SUITE = (
    "Instead of architectures: optimizers (every one, and every schedule), layers (a small network around each kind), "
    "or augmentations (each of them)."
)
TUNING = (
    "tuned, plain, both (each compared with the other), or passes joined by +. Default: tuned; with --run, its own."
)
TRAINED = ("--backends", "--recipe", "--from", "--freeze", "--dataset")
SPARE = ("stats", "slots")  # columns that a narrow terminal does without; certificate.md has them
EXIT_CODES = {"match": 0, "differ": 1, "undecidable": 3}
LETTERS = {"network": 24, "pair": 7}  # a network with its optimizer and schedule in one line; a pair may be in two


@click.command("certify")
@shared_options(*TRAINED, *CHANGES, "--train-size", "--device", "--threads", "--python")
@click.option(
    "--architectures", "-a", **NAMES, help="Names or .toml files, or all. Default: linear, mlp, cnn, lenet, convnet."
)
@click.option("--suite", help=SUITE)
@click.option("--run", type=UserPath(), metavar="DIR", help="Certify what a comparison has trained.")
@click.option("--steps", type=int, help="Training steps. Default: 200; 5 of a large network; 50 with --run.")
@click.option("--epochs", type=int, help="Whole epochs, instead of steps.")
@click.option(
    "--precision",
    type=click.Choice(PRECISIONS, case_sensitive=False),
    help="Default: float64; with --run, the comparison's own.",
)
@click.option("--tuning", "tunings", **NAMES, help=TUNING)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of weights, batches and masks.")
@click.option("--output", "-o", type=UserPath(), help=OUTPUT)
@click.option("--json", "as_json", is_flag=True, help="Print the certificate as JSON instead of tables.")
@click.option("--self-test", is_flag=True, help="Instead: plant faults into the reference, and count those caught.")
@click.option("--ledger", is_flag=True, help="Instead: print where the frameworks differ, as a Markdown table.")
def command(output: Path | None, as_json: bool, self_test: bool, ledger: bool, **options: Any) -> None:
    """Prove, step by step, that backends run the same training.

    Every backend, and the NumPy reference, does the same matched training in a process of its own; losses, gradients,
    weights, optimizer slots, running statistics and predictions of every two are compared. Exit code 0 when all
    pairs match, 1 when one differs, 3 when none differs but some are undecidable: rounding alone leads as far.
    """
    from mnist_compare.certify.certifier import certify

    if ledger:
        _refuse_others("--ledger", allowed=("ledger",))
        return print_ledger()
    if self_test:
        _refuse_others("--self-test", allowed=("self_test", "backends", "python", "as_json"))
        sys.exit(run_self_test(options["backends"], options["python"], as_json=as_json))
    plan = make_certificate_plan(CertificateRequest(**options))
    folder = output or plan.folder
    with stopping_in_order("Stopped. No certificate was written."):
        certificate = certify(plan, folder, say=lambda line: click.echo(line, err=True), command=_command())
    if options["run"]:
        _renew_report(options["run"])
    print_certificate(certificate, folder, as_json=as_json)
    sys.exit(EXIT_CODES[certificate.outcome])


def _refuse_others(instead: str, allowed: tuple[str, ...]) -> None:
    """Raise UsageError for options with which `instead` does nothing."""
    context = click.get_current_context()
    names = {str(parameter.name): parameter.opts[0] for parameter in context.command.params}
    sources = {name: context.get_parameter_source(name) for name in names if name not in allowed}
    given = [names[name] for name, source in sources.items() if source is ParameterSource.COMMANDLINE]
    if given:
        raise UsageError(f"{instead} takes no {' and no '.join(given)}. Leave {instead} out, or the other options.")


def print_certificate(certificate: Certificate, folder: Path, *, as_json: bool) -> None:
    """The certificate on stdout: as tables and sentences, or as JSON."""
    if as_json:
        click.echo(to_json(certificate))
        return
    from mnist_compare.certify.sentences import verdict
    from mnist_compare.certify.tables import floors_table, gaps_table
    from mnist_compare.document.screen import Screen
    from mnist_compare.document.terminal_table import Fitted

    console = Screen()
    for table in (gaps_table(certificate), floors_table(certificate)):
        if table.rows:
            shown = table.select("network", "pair", "noise", "loss", "weights", "slots", "stats", "differ", "match")
            if certificate.names != certificate.backends:
                shown = _one_name_per_line(shown)
            console.print(Fitted(shown, SPARE, LETTERS))
    for sentence in verdict(certificate):
        console.print(sentence, style="bold", highlight=False)
    console.print(f"\nCertificate: {folder / 'certificate.md'}", highlight=False)


def _one_name_per_line(table: Table) -> Table:
    """The table with its pairs broken after the comma, and not within names such as "torch plain"."""
    pair = table.columns.index("pair")
    rows = tuple((*row[:pair], row[pair].replace(", ", ",\n"), *row[pair + 1 :]) for row in table.rows)
    return replace(table, rows=rows)


def _renew_report(folder: Path) -> None:
    """The comparison's report, which shows its certificate."""
    from mnist_compare.report.reporting import renew_report

    try:
        renew_report(folder)
    except MnistCompareError as error:
        click.echo(f"The report of {folder} could not be made again: {error}", err=True)


def _command() -> str:
    return shlex.join(["python", "-m", "mnist_compare", *sys.argv[1:]])
