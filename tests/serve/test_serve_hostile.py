import os
import random
import socket
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from serving import form, png, three


def png_of(width, height, rows=b""):
    """A PNG that declares a size, whatever it holds."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


WHOLE = png(three())
IMAGE = {"Content-Type": "image/png"}
FORM = {"Content-Type": "multipart/form-data; boundary=edge"}
REFUSED = [
    ("no body", "POST", "/api/predict", b"", IMAGE, 400),
    ("no image", "POST", "/api/predict", b"\0" * 1000, IMAGE, 400),
    ("a text", "POST", "/api/predict", b"GIF89a, as it were", IMAGE, 400),
    ("half of an image", "POST", "/api/predict", WHOLE[: len(WHOLE) // 2], IMAGE, 400),
    ("a head alone", "POST", "/api/predict", WHOLE[:33], IMAGE, 400),
    ("a vector drawing", "POST", "/api/predict", b"<svg xmlns='http://www.w3.org/2000/svg'/>", IMAGE, 400),
    ("a program", "POST", "/api/predict", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", IMAGE, 400),
    ("another type", "POST", "/api/predict", WHOLE, {"Content-Type": "text/html"}, 415),
    ("no type", "POST", "/api/predict", WHOLE, {}, 415),
    ("a form for an image", "POST", "/api/predict", *form([("a.png", WHOLE)]), 415),
    ("too many bytes", "POST", "/api/predict", bytes(5_000_000), IMAGE, 413),
    ("a bomb", "POST", "/api/predict", png_of(30_000, 30_000), IMAGE, 413),
    ("a bomb that unfolds", "POST", "/api/predict", png_of(9_999, 9_999, bytes(10_000 * 9_999)), IMAGE, 413),
    ("a long strip", "POST", "/api/predict", png_of(20_000, 1), IMAGE, 413),
    ("a number that is none", "POST", "/api/predict?networks=x", WHOLE, IMAGE, 400),
    ("a network that is not", "POST", "/api/predict?networks=0,7", WHOLE, IMAGE, 400),
    ("a negative one", "POST", "/api/layers?network=-1", WHOLE, IMAGE, 400),
    ("other digits", "POST", "/api/layers?network=%D9%A1", WHOLE, IMAGE, 400),
    ("a huge number", "POST", f"/api/layers?network={'9' * 5000}", WHOLE, IMAGE, 400),
    ("an epoch that is not", "POST", "/api/predict?epoch=99", WHOLE, IMAGE, 400),
    ("an epoch in words", "POST", "/api/predict?epoch=last", WHOLE, IMAGE, 400),
    ("a form without an edge", "POST", "/api/batch", b"x", {"Content-Type": "multipart/form-data"}, 400),
    ("a form without parts", "POST", "/api/batch", b"--edge--\r\n", FORM, 400),
    ("half of a form", "POST", "/api/batch", form([("a.png", WHOLE)])[0][:60], FORM, 400),
    ("a form of a text", "POST", "/api/batch", b"no form", FORM, 400),
    ("too many files", "POST", "/api/batch", *form([("a.png", b"")] * 65), 400),
    ("a form that is too large", "POST", "/api/batch", bytes(17_000_000), FORM, 413),
    ("an image for a form", "POST", "/api/batch", WHOLE, IMAGE, 415),
    ("no such path", "GET", "/admin", None, {}, 404),
    ("a path upwards", "GET", "/../../etc/passwd", None, {}, 404),
    ("a hidden path upwards", "GET", "/%2e%2e/%2e%2e/etc/passwd", None, {}, 404),
    ("a path with a null", "GET", "/page.css%00.html", None, {}, 404),
    ("backslashes", "GET", "/..%5c..%5cboot.ini", None, {}, 404),
    ("a slash too many", "GET", "/api/info/", None, {}, 404),
    ("a double slash", "GET", "//api/info", None, {}, 404),
    ("the program's files", "GET", "/index.html", None, {}, 404),
    ("another method", "GET", "/api/predict", None, {}, 405),
    ("to delete", "DELETE", "/api/info", None, {}, 405),
    ("a method of one's own", "BREW", "/api/info", None, {}, 405),
    ("another name", "GET", "/api/info", None, {"Host": "evil.example"}, 403),
    ("a name with an address before it", "GET", "/api/info", None, {"Host": "127.0.0.1.evil.example"}, 403),
    ("another page", "POST", "/api/batch", *form([("a.png", WHOLE)]), 403),
    ("a page of nobody", "GET", "/api/info", None, {"Origin": "null"}, 403),
]
for number, case in enumerate(REFUSED):
    if case[0] == "another page":
        REFUSED[number] = (*case[:4], case[4] | {"Origin": "https://evil.example"}, case[5])


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_hostile_requests_are_refused_in_words(server, method, path, body, headers, status):
    """A request that cannot be meant, or means harm, is refused with a reason in JSON, and with the right status."""
    answer = server.ask(method, path, body, headers)
    assert answer.status == status, answer.body
    assert len(answer.json["error"]) > 10
    assert "Traceback" not in answer.json["error"]


RAW = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no host": b"GET /api/info HTTP/1.1\r\n\r\n",
    "two lengths": b"POST /api/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nab",
    "a negative length": b"POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "chunks that are none": b"POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
    "a head without an end": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000,
    "lines within a header": b"GET /api/info HTTP/1.1\r\nHost: localhost\r\nX: a\n b\r\n\r\n",
}


@pytest.mark.parametrize("content", RAW.values(), ids=RAW)
def test_what_is_no_http_is_refused(server, content):
    """Bytes that are no request end in a refusal or a closed connection, never in an error of the server."""
    with socket.create_connection((server.url.hostname, server.url.port), timeout=10) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        found = connection.recv(4096)
    assert not found or found.startswith(b"HTTP/1.1 4") or b" 200 " in found.partition(b"\r\n")[0]


def test_slow_senders_keep_nobody_waiting(server):
    """While others send their heads and bodies byte by byte, or leave in the middle, a drawing is answered."""
    address, slow = (server.url.hostname, server.url.port), []
    head = b"POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 90000\r\n\r\n"
    for number in range(60):
        connection = socket.create_connection(address, timeout=10)
        connection.sendall(head + b"\x89P" if number % 2 else head[:20])
        slow.append(connection)
    for connection in slow[::3]:
        connection.close()
    assert server.post("/api/predict", WHOLE).status == 200
    for connection in slow:
        connection.close()


def test_images_of_any_kind_and_damage_give_no_error_of_the_server(server):
    """Files of all formats, with bytes changed at random, are answered or refused."""
    rng = random.Random(0)
    kinds = [png(three(60, 60), kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")]
    for number in range(60):
        content = bytearray(kinds[number % len(kinds)])
        for _ in range(rng.randint(1, 8)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        assert server.post("/api/predict", bytes(content)).status in (200, 400, 413)
    assert server.post("/api/predict", WHOLE).json["answers"][0]["class"] is not None


def test_nothing_is_written(server, tmp_path):
    """What is sent goes to no disk: a large file of a form is held in memory."""
    noise = Image.frombytes("RGB", (1000, 1000), os.urandom(3_000_000))
    body, headers = form([("noise.png", png(noise, "BMP"))])
    before = io_written(server.process.pid)
    assert server.ask("POST", "/api/batch", body, headers).status == 200
    assert io_written(server.process.pid) - before < 100_000


def io_written(pid):
    """Bytes that a process has written to files, and not to sockets (Linux)."""
    file = Path(f"/proc/{pid}/io")
    if not file.exists():
        pytest.skip("this system does not say what a process has written")
    return int(dict(line.split(": ") for line in file.read_text().splitlines())["wchar"])
