"""The signals that end a command in order: Ctrl-C, `kill`, and a terminal that closes."""

import signal

STOPPING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Those that this system has."""
