"""`serve`: a page to draw on, and a small API, for the trained networks of a comparison."""

import re
import sys
from importlib.util import find_spec
from typing import Any

import click

from mnist_compare.cli.asked_networks import NetworkChoice, find_networks, network_options, told_names
from mnist_compare.cli.options import shared_options
from mnist_compare.errors import UsageError
from mnist_compare.interpreters.requirement import missing_package
from mnist_compare.io.terminal import clean
from mnist_compare.records.names import network_names, one_name
from mnist_compare.records.record import Record

PORT = 8000
MODULES = {"starlette": "starlette", "uvicorn": "uvicorn", "python_multipart": "python-multipart"}
"""What the server needs, by the name under which it is imported."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,200}")


@click.command("serve")
@network_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others need the token.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes any free one.")
@click.option("--token", help="16 or more of letters, digits, - and _. Default: none on this machine, else a new one.")
@shared_options("--device", "--python")
def command(host: str, port: int, token: str | None, device: str, python: dict[str, str], **choice: Any) -> None:
    """Serve a page to draw on, where all trained networks of a comparison say what they see, side by side.

    Every network has a process of its own, which is started again where it dies. The page is there at once; networks
    answer as soon as they are loaded. Nothing that is sent is written anywhere. Ctrl-C ends the server.
    """
    _require_packages()
    if token is not None and not TOKEN.fullmatch(token):
        raise UsageError(f"--token has {len(token)} characters. Valid: 16 to 200 letters, digits, - and _.")
    networks = find_networks(NetworkChoice(**choice), device, python)
    from mnist_compare.serve.server import open_place, run_server

    place = open_place(host, port, token)

    def say(left_out: list[Record]) -> None:
        if left_out:
            names = zip(networks.records, map(one_name, network_names(networks.records)), strict=True)
            told = told_names([name for record, name in names if record in left_out])
            choose = "--backends, --architectures and --seeds choose."
            click.echo(clean(f"Not served, since there are too many: {told}. {choose}"), err=True)
        click.echo(clean(f"Serving at {place.address} (Ctrl-C ends it)"))

    code = run_server(networks, place, say)
    click.echo("Stopped.", err=True)
    sys.exit(128 + code if code else 0)


def _require_packages() -> None:
    missing = [package for module, package in MODULES.items() if find_spec(module) is None]
    if missing:
        raise missing_package(f"A server needs {' and '.join(missing)}", "serve")
