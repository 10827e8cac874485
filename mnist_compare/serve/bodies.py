"""The bodies of requests: images and forms, read within limits of size and time, and held in memory alone."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser
from starlette.requests import ClientDisconnect, Request

from mnist_compare.data.image_source import COMMON, ImageBytes
from mnist_compare.serve.refusal import Refusal

MAX_IMAGE_BYTES = 4_000_000
MAX_FORM_BYTES = 16_000_000
MAX_FILES = 64
MAX_FIELDS = 16
MAX_HELD_BYTES = 256_000_000
"""Of all bodies that are held at a time."""
BODY_SECONDS = 15.0
DRAINED_BYTES = 64_000_000
"""So much of a body that is too large is still taken and thrown away, so that its sender reads the answer."""
PIECE = 1 << 16
MAX_NAME = 200


class Bodies:
    """Reads the bodies of all requests, and knows how many bytes of them are held."""

    def __init__(self) -> None:
        self._held = 0

    @asynccontextmanager
    async def image(self, request: Request, most_pixels: int) -> AsyncIterator[ImageBytes]:
        """The image that is the body; raises Refusal."""
        _require_type(request, "image/", "Send the bytes of an image file, with its type, such as image/png.")
        async with self._read(request, MAX_IMAGE_BYTES) as content:
            if not content:
                raise Refusal(400, "The body is empty. Send the bytes of an image file (PNG, JPEG and others).")
            yield ImageBytes("The body", content, most_pixels, COMMON)

    @asynccontextmanager
    async def images(self, request: Request, most_pixels: int) -> AsyncIterator[list[ImageBytes]]:
        """The files of a form; raises Refusal."""
        _require_type(request, "multipart/form-data", "Send a form with files.")
        async with self._read(request, MAX_FORM_BYTES) as content:
            files = await _files(request.headers, content)
            if not files:
                raise Refusal(400, "The form has no file. Send image files, each as a part with a file name.")
            yield [ImageBytes(name[:MAX_NAME], content, most_pixels, COMMON) for name, content in files]

    @asynccontextmanager
    async def _read(self, request: Request, most: int) -> AsyncIterator[bytes]:
        content = bytearray()
        try:
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    await self._receive(request, most, content)
            except TimeoutError:
                raise _closing(408, f"The body did not come within {BODY_SECONDS:g} s. Send it faster.") from None
            except ClientDisconnect:
                raise _closing(400, "The connection was closed before all of the body had come.") from None
            yield bytes(content)
        finally:
            self._held -= len(content)

    async def _receive(self, request: Request, most: int, content: bytearray) -> None:
        too_large = _closing(413, f"The body is larger than {most:,} bytes, which are the most that is read.")
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > DRAINED_BYTES:
                raise too_large
            if size > most:
                continue
            if self._held + len(piece) > MAX_HELD_BYTES:
                raise _closing(429, "Too much is being sent at this time. Ask again in some seconds.")
            content += piece
            self._held += len(piece)
        if size > most:
            raise too_large


def _closing(status: int, text: str) -> Refusal:
    """A refusal of a body that may not have come as a whole: nothing more is read of the connection."""
    return Refusal(status, text, {"Connection": "close"})


def _require_type(request: Request, wanted: str, remedy: str) -> None:
    found = request.headers.get("content-type", "").strip().lower()
    if not found.startswith(wanted):
        raise _closing(415, f"The type of the body is {found[:100] or 'not given'}, where {wanted}* is valid. {remedy}")


async def _files(headers: Headers, content: bytes) -> list[tuple[str, bytes]]:
    """Name and content of each file of a form."""
    parser = MultiPartParser(headers, _pieces(content), max_files=MAX_FILES, max_fields=MAX_FIELDS)
    parser.spool_max_size = MAX_FORM_BYTES + 1  # nothing goes to a disk
    try:
        form = await parser.parse()
    except Exception as error:  # of damaged forms the parser raises exceptions of several kinds
        reason = str(error).rstrip(".") or type(error).__name__
        raise Refusal(400, f"The form cannot be read: {reason[:MAX_NAME]}. Up to {MAX_FILES} files are read.") from None
    uploads = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    found = [(upload.filename or "", upload.file.read()) for upload in uploads]
    await form.close()
    return found


async def _pieces(content: bytes) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]
        await asyncio.sleep(0)  # others are answered meanwhile
