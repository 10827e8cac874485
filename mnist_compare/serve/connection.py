"""A connection of a browser or a program, which is not waited for without end."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""Within these the head of a request is to come, once there is a connection."""
REQUEST_SECONDS = 120.0
"""Within these a request is to be over, its answer read included."""
LOOK_SECONDS = 2.0


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1, as uvicorn speaks it; a connection that stays in one phase for too long is closed."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look at it."""
        super().connection_made(transport)
        self._phase: object = None
        self._since = self.loop.time()
        self._look()

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        cycle = self.cycle
        at_work = cycle is not None and not cycle.response_complete
        phase = (id(cycle), at_work)
        if phase != self._phase:
            self._phase, self._since = phase, self.loop.time()
        elif self.loop.time() - self._since > (REQUEST_SECONDS if at_work else HEAD_SECONDS):
            self.transport.abort()
            return
        self.loop.call_later(LOOK_SECONDS, self._look)
