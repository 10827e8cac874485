"""The server: a socket, the networks and the application, from the start to Ctrl-C."""

import errno
import ipaddress
import secrets
import signal
import socket
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from mnist_compare.errors import UsageError
from mnist_compare.host.signals import STOPPING
from mnist_compare.records.record import Record
from mnist_compare.runner.engines import open_engine
from mnist_compare.runner.trained_networks import TrainedNetworks
from mnist_compare.serve.connection import ImpatientProtocol
from mnist_compare.serve.guard import Access
from mnist_compare.serve.known_images import KnownImages
from mnist_compare.serve.networks import serve_networks
from mnist_compare.serve.routes import make_app
from mnist_compare.serve.service import Service

MOST_CONNECTIONS = 500
KEEP_ALIVE_SECONDS = 5
GRACE_SECONDS = 2
BACKLOG = 512
TOKEN_BYTES = 24
LOGS = "mnist_compare-serve-"
ENGINE = "local"
"""Workers answer through a socket of this machine, each in a process of its own, whatever places the runs."""
NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Place:
    """Where the server listens: at this address of the machine, a socket that is open; `token` is None where nobody
    from elsewhere can ask.
    """

    listener: socket.socket
    host: str
    port: int
    token: str | None

    @property
    def address(self) -> str:
        """What a browser is to open."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        query = f"?token={self.token}" if self.token else ""
        return f"http://{name}:{self.port}/{query}"

    @property
    def access(self) -> Access:
        """Who may ask."""
        own = f"[{self.host}]" if ":" in self.host else self.host.lower()
        hosts = None if self.token else frozenset((*NAMES, own))
        return Access(self.token, hosts, f"mnist_compare_{self.port}")


def open_place(host: str, port: int, token: str | None) -> Place:
    """Listen there; where others than this machine can ask, a token is made unless one is given. Raises UsageError."""
    if not host.strip():
        raise UsageError("--host is empty. Valid: 127.0.0.1, or another address of this machine.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError, ValueError) as error:
        raise UsageError(f"--host {host!r} is no address: {error}. Valid: 127.0.0.1, or one of this machine.") from None
    listener = socket.socket(
        family, kind, protocol
    )  # a protocol of 0 would cost each answer 40 ms: asyncio lets it wait
    try:
        if hasattr(socket, "SO_REUSEADDR") and hasattr(signal, "SIGHUP"):  # on Windows it would share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise UsageError(_why_not(error, host, port)) from None
    if token is None and not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        token = secrets.token_urlsafe(TOKEN_BYTES)
    return Place(listener, host, listener.getsockname()[1], token)


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use. Give another one with --port; 0 takes any that is free."
    if error.errno == errno.EACCES:
        return f"Port {port} needs rights that this user has not. Give one from 1024 on with --port."
    return f"Cannot listen on port {port} of {host}: {error.strerror}. Give an address of this machine with --host."


def run_server(networks: TrainedNetworks, place: Place, say: Callable[[list[Record]], None]) -> int:
    """Serve until a signal ends it, and give that; `say` is called once requests are heard, with the records whose
    networks are not served, since there are too many. Raises UsageError where no network can be asked.
    """
    with closing(place.listener), tempfile.TemporaryDirectory(prefix=LOGS) as logs, open_engine(ENGINE) as engine:
        stopped = Event()
        served, left_out = serve_networks(networks, engine, Path(logs))
        service = Service(served, KnownImages(served, stopped.wait))
        server = _Server(_config(make_app(service, place.access)))
        try:
            with server.hearing_signals():
                service.start()
                say(left_out)
                server.run(sockets=[place.listener])
        finally:
            stopped.set()
            service.close()
    return server.signal


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=ImpatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,  # addresses may hold the token
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    """Ends in order at a signal, and keeps it, 0 before: uvicorn's own raises it again."""

    signal = 0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End; at a second Ctrl-C without waiting for requests that are under way."""
        self.signal = self.signal or sig
        super().handle_exit(sig, frame)

    @contextmanager
    def hearing_signals(self) -> Generator[None, None, None]:
        """Within it, signals that end a program end the server."""
        before = {number: signal.getsignal(number) for number in STOPPING}
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:  # as under nohup
                signal.signal(number, self.handle_exit)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """They are heard already."""
        yield
