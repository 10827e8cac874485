"""The files of the page, read once at the start: no path of a request ever leads to the disk."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mnist_compare.io.reading import read_file
from mnist_compare.report import page as report_page

FOLDER = Path(__file__).parent / "page"
REPORT = Path(report_page.__file__).parent
SHARED = ("light.css", "dark.css", "parts.css")
"""Colours, marks and verdicts look as they do in a report."""
INDEX = "index.html"
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
MAX_PAGE_BYTES = 5_000_000


def page_routes(folder: Path = FOLDER) -> list[Route]:
    """A route for each file of the page: "/page.css" for page.css, and "/" for index.html."""
    own = [path for path in sorted(folder.glob("*")) if path.suffix in TYPES]
    paths = [*own, *(REPORT / name for name in SHARED)]
    return [_route("/" if path.name == INDEX else f"/{path.name}", path) for path in paths]


def _route(address: str, path: Path) -> Route:
    content, kind = read_file(path, MAX_PAGE_BYTES), TYPES[path.suffix]

    async def send(request: Request) -> Response:
        return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})

    return Route(address, send, methods=["GET"])
