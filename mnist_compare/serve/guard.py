"""What stands before every answer: who may ask, the headers that keep a browser strict, and the counts."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from time import perf_counter
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_compare.serve.json_response import JsonResponse
from mnist_compare.serve.metrics import Metrics

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
UNCACHED = "no-store"


@dataclass(frozen=True)
class Access:
    """Who may ask: whoever knows the `token`, where there is one; and by which names, in the header Host, the server
    may be called (None: by any). The `cookie` is what a browser keeps the token in.
    """

    token: str | None
    hosts: frozenset[str] | None
    cookie: str = "mnist_compare"

    def knows(self, given: str) -> bool:
        """Whether it is the token, found out in a time that says nothing of it."""
        return self.token is not None and hmac.compare_digest(given.encode(), self.token.encode())


class Guard:
    """The application behind it answers those who may ask."""

    def __init__(self, app: ASGIApp, access: Access, metrics: Metrics) -> None:
        self._app, self._access, self._metrics = app, access, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        begin, status = perf_counter(), 0
        headers = Headers(scope=scope)
        asked = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=None).get("token", [])
        by_query = any(map(self._access.knows, asked))

        async def send_strictly(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(MutableHeaders(raw=message.setdefault("headers", [])), set_cookie=by_query)
            await send(message)

        answer: ASGIApp = self._refusal(headers) or self._without_token(scope, headers, by_query) or self._app
        try:
            await answer(scope, receive, send_strictly)
        finally:
            if status:
                self._metrics.count(scope["path"], status, perf_counter() - begin)

    def _refusal(self, headers: Headers) -> Response | None:
        """The answer to a request that another page may have made a browser send."""
        host = headers.get("host", "")
        if self._access.hosts is not None and _name(host) not in self._access.hosts:
            valid = ", ".join(sorted(self._access.hosts))
            return JsonResponse({"error": f"This server is not called {host[:100]!r}. Valid: {valid}."}, 403)
        origin = headers.get("origin")
        if origin is not None and _netloc(origin) != host.lower():
            return JsonResponse({"error": f"Pages of {origin[:100]!r} may not ask this server."}, 403)
        return None

    def _without_token(self, scope: Scope, headers: Headers, by_query: bool) -> Response | None:
        """The answer to a request that lacks the token, or has it where a browser would show it."""
        if self._access.token is None:
            return None
        if by_query:
            to_page = scope["path"] == "/" and scope["method"] == "GET"
            return RedirectResponse("./", 303) if to_page else None
        if any(map(self._access.knows, self._given(headers))):
            return None
        text = "A token is needed: ?token=... once, or the header Authorization: Bearer. The server has printed it."
        return JsonResponse({"error": text}, 401, {"WWW-Authenticate": "Bearer"})

    def _given(self, headers: Headers) -> Iterator[str]:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            yield given.strip()
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load(headers.get("cookie", ""))
        except CookieError:
            return
        if self._access.cookie in cookies:
            yield cookies[self._access.cookie].value

    def _add_headers(self, headers: MutableHeaders, *, set_cookie: bool) -> None:
        for name, value in HEADERS.items():
            headers[name] = value
        headers.setdefault("Cache-Control", UNCACHED)
        if set_cookie:
            value = f"{self._access.cookie}={self._access.token}; Path=/; HttpOnly; SameSite=Strict"
            headers.append("Set-Cookie", value)


def _name(host: str) -> str:
    """The name in a header Host, without the port."""
    host = host.lower()
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def _netloc(origin: str) -> str:
    """Host and port of an origin; "null" has none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
