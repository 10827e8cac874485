"""Where the processes of this machine meet: addresses that no other machine reaches."""

import socket
from contextlib import ExitStack

HOST = "127.0.0.1"


def free_addresses(count: int) -> tuple[str, ...]:
    """So many addresses, "127.0.0.1:PORT", at which nobody listens yet."""
    with ExitStack() as open_:
        sockets = [open_.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((HOST, 0))
        return tuple(f"{HOST}:{one.getsockname()[1]}" for one in sockets)


def loopback_interface() -> str | None:
    """The name of the network interface of these addresses; None where it has another one than is usual."""
    names = {name for _, name in socket.if_nameindex()} if hasattr(socket, "if_nameindex") else set()
    return next((name for name in ("lo", "lo0") if name in names), None)
