"""The way to a Ray cluster: found, asked whether it is one, and refused in plain words where it is not."""

import logging
import os
import socket
from contextlib import suppress
from importlib import import_module
from typing import Any

from mnist_compare.errors import BackendError, UsageError

VARIABLES = ("MNIST_COMPARE_RAY_ADDRESS", "RAY_ADDRESS")
START = "Start one with: ray start --head --port 6379. On a second machine: ray start --address HOST:6379"
TOKEN = "If that cluster asks for a token, copy ~/.ray/auth_token of its first machine to this one."
SECONDS = 5.0  # until nobody is thought to answer at an address
GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
FRAME, SETTINGS = 9, 4
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "RAY_SCHEDULER_EVENTS": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_worker_niceness": "0",
}
"""Ray sends no statistics, changes no environments, says nothing on its own, and on a cluster that is started here runs
come behind no other work of the machine.
"""


def import_ray() -> Any:
    """Ray; raises BackendError where it is not installed."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        return import_module("ray")
    except ImportError as error:
        raise BackendError(
            f"Engine 'ray' needs Ray ({error}). Install it with: pip install 'mnist-compare[cluster]'"
        ) from None


class Connection:
    """To the cluster at an address; without one, to that of a variable of VARIABLES, or the one that runs on this
    machine, or a new one on this machine, which ends with the connection.
    """

    def __init__(self, address: str | None = None) -> None:
        self.ray = import_ray()
        self._own = not self.ray.is_initialized()
        if address:
            _check(address)
        if self._own:
            self._connect(address or _address_here())

    def close(self) -> None:
        """Leave the cluster, unless the program was in it before."""
        if self._own:
            self.ray.shutdown()

    def _connect(self, address: str) -> None:
        if address != "local":
            _show_token()
        try:
            self.ray.init(address, log_to_driver=False, logging_level="ERROR", include_dashboard=False)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise _refused(address, error) from None


def _show_token() -> None:
    """Where this user has a token for Ray's clusters, `ray start` asks for it, and whoever connects must show it. Ray
    does so by itself where no address is given.
    """
    logging.getLogger("ray").setLevel(logging.ERROR)  # it would warn that a token is used
    with suppress(ImportError, AttributeError):  # older versions have no tokens
        setup = import_module("ray._private.authentication.authentication_token_setup")
        setup.maybe_enable_token_auth_if_token_available(warn_if_disabled=False)


def shows_token() -> bool:
    """Whether this program shows a token to Ray's clusters."""
    return os.environ.get("RAY_AUTH_MODE") == "token"


def _address_here() -> str:
    """What a variable says, or the cluster that this machine is a node of and that answers; else a new one, "local"."""
    for variable in VARIABLES:
        if (named := os.environ.get(variable)) and named != "auto":
            _check(named)
            return named
    services = import_module("ray._private.services")
    with suppress(Exception):  # Ray keeps for itself how it finds it
        found = str(services.canonicalize_bootstrap_address(None) or "")
        _check(found)
        return found
    return "local"


def _check(address: str) -> None:
    """Raise UsageError where nobody answers at the address. Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in address:
        raise UsageError(f"--address takes HOST:PORT, such as 10.0.0.1:6379 (it is {address!r}).")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), SECONDS) as heard:
            heard.settimeout(SECONDS)
            speaks = _speaks(heard)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"No Ray cluster answers at {address}: {reason}. {START}") from None
    if not speaks:
        raise UsageError(f"No Ray cluster answers at {address}: what listens there is no Ray cluster. {START}")


def _speaks(heard: socket.socket) -> bool:
    """Whether the other end answers as HTTP/2, which Ray speaks: with its settings."""
    heard.sendall(GREETING)
    try:
        answer = heard.recv(FRAME)
    except OSError:
        return False
    return len(answer) == FRAME and answer[3] == SETTINGS


def _refused(address: str, error: Exception) -> UsageError:
    told = " ".join(str(error).split())
    if "ersion mismatch" in told or "was started with" in told:
        remedy = "Install the same versions of Ray and Python here and there."
        return UsageError(f"The Ray cluster at {address} has other versions: {told} {remedy}")
    remedy = START if shows_token() else f"{START} {TOKEN}"
    return UsageError(f"This machine is no node of a Ray cluster at {address}: {told[:300].rstrip('.')}. {remedy}")
