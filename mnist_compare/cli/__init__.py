"""The command line: one module per command, loaded when it is called; bare options mean `run`."""

import sys
import warnings
from importlib import import_module
from io import TextIOWrapper

import click

from mnist_compare.cli.streams import write_whoever_reads
from mnist_compare.errors import MnistCompareError, unknown
from mnist_compare.host.garbage import collect_rarely, leave
from mnist_compare.host.startup import begin
from mnist_compare.io.reading import check_utf8
from mnist_compare.io.terminal import clean

COMMANDS = {
    "run": "Train networks in several frameworks and compare them (the default).",
    "sweep": "Train many settings of networks and recipes, and choose the best.",
    "tune": "Search a space for the best setting of a network, trial by trial.",
    "certify": "Prove that the backends run the same training, or say where they do not.",
    "report": "Make the report of a comparison again from its records.",
    "compare": "Set two comparisons side by side: what changed, and what of it is more than noise.",
    "export": "Write records for TensorBoard or MLflow, and trained networks for other programs.",
    "import": "Make a checkpoint of weights that another program has trained.",
    "predict": "Recognise the digit in image files with trained networks.",
    "serve": "Serve a page to draw on, where trained networks say what they see.",
    "show": "Show a network layer by layer, with shapes and parameters.",
    "samples": "Show what is in a data set, with a grid of images.",
    "fetch": "Download Fashion-MNIST, KMNIST, QMNIST or EMNIST.",
    "list": "List backends, architectures, recipes or datasets.",
    "envs": "Make an environment for each framework, where they cannot share one.",
    "doctor": "Check what is installed and usable, and how to mend what is not.",
}
MODULES = {"list": "listing", "import": "importing"}
MAX_MESSAGE = 2000


class Commands(click.Group):
    """Finds a command's module when it is needed, so that --help needs none of them."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            from mnist_compare.cli.stopping import exit_code

            sys.exit(exit_code(stop))

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            raise unknown("command", cmd_name, COMMANDS, "`--help` says what they do.")
        command: click.Command = import_module(f"mnist_compare.cli.{MODULES.get(cmd_name, cmd_name)}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for arg in args:
            check_utf8(arg)
        if args and args[0].startswith("-") and args[0] not in ("--help", "-h", "--version"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mnist-compare", prog_name="mnist_compare")
def cli() -> None:
    """Compare PyTorch, Keras and PaddlePaddle on MNIST: the same networks, data, batches and arithmetic.

    \b
    python -m mnist_compare --backends torch,keras,paddle
    python -m mnist_compare --architectures all --train-size 2000 --epochs 1
    python -m mnist_compare run --help
    """


def main() -> None:
    """Run the command line; errors of this library end with one paragraph and exit code 2."""
    begin()
    collect_rarely()
    if isinstance(sys.stdout, TextIOWrapper):  # a character that it does not have must not end the program
        sys.stdout.reconfigure(errors="backslashreplace")
    write_whoever_reads()
    try:
        with warnings.catch_warnings():  # those of libraries, which PYTHONWARNINGS may have made errors
            warnings.simplefilter("ignore")
            cli(prog_name="python -m mnist_compare")
    except MnistCompareError as error:
        click.echo(f"Error: {paragraph(str(error))}", err=True)
        sys.exit(2)
    finally:
        leave()


def paragraph(text: str) -> str:
    """The text without empty lines, of bounded length, without the control characters that a file may have brought."""
    shown = "\n".join(line for line in clean(text).split("\n") if line.strip())
    return shown if len(shown) <= MAX_MESSAGE else f"{shown[: MAX_MESSAGE // 2]} ... {shown[-MAX_MESSAGE // 2 :]}"
