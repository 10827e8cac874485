"""Why a request gets no answer."""

from collections.abc import Mapping


class Refusal(Exception):
    """A status of HTTP, and in words what is wrong, which values are valid, and what to do about it."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.text = status, text
        waits = {"Retry-After": "2"} if status in (429, 503) else {}
        self.headers = waits | dict(headers or {})
