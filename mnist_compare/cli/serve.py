"""`serve`: a page to draw on, and a small API, for the trained networks of a comparison."""

import re
import sys
from importlib.util import find_spec
from pathlib import Path

import click

from mnist_compare.cli.asked_networks import find_networks
from mnist_compare.cli.options import UserPath, shared_options
from mnist_compare.errors import UsageError
from mnist_compare.interpreters.requirement import missing_package
from mnist_compare.io.terminal import clean

PORT = 8000
MODULES = {"starlette": "starlette", "uvicorn": "uvicorn", "python_multipart": "python-multipart"}
"""What the server needs, by the name under which it is imported."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,200}")


@click.command("serve")
@click.option("--run", "folder", type=UserPath(), help="Folder of a comparison. Default: the newest below reports/.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others need the token.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes any free one.")
@click.option("--token", help="16 or more of letters, digits, - and _. Default: none on this machine, else a new one.")
@shared_options("--device", "--python")
def command(folder: Path | None, host: str, port: int, token: str | None, device: str, python: dict[str, str]) -> None:
    """Serve a page to draw on, where all trained networks of a comparison say what they see, side by side.

    Every network has a process of its own, which is started again where it dies. The page is there at once; networks
    answer as soon as they are loaded. Nothing that is sent is written anywhere. Ctrl-C ends the server.
    """
    _require_packages()
    if token is not None and not TOKEN.fullmatch(token):
        raise UsageError(f"--token has {len(token)} characters. Valid: 16 to 200 letters, digits, - and _.")
    networks = find_networks(folder, device, python)
    from mnist_compare.serve.server import open_place, run_server

    place = open_place(host, port, token)
    code = run_server(networks, place, lambda: click.echo(clean(f"Serving at {place.address} (Ctrl-C ends it)")))
    click.echo("Stopped.", err=True)
    sys.exit(128 + code if code else 0)


def _require_packages() -> None:
    missing = [package for module, package in MODULES.items() if find_spec(module) is None]
    if missing:
        raise missing_package(f"A server needs {' and '.join(missing)}", "serve")
