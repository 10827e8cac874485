"""A server in a process of its own, as a user starts it, and what asks it."""

import http.client
import io
import json
import os
import subprocess
import sys
import time
from types import SimpleNamespace
from urllib.parse import urlsplit

import psutil
from PIL import Image, ImageDraw

PNG = {"Content-Type": "image/png"}


class Server:
    """`python -m mnist_compare serve --run DIR --port 0 OPTIONS`; it answers once `wait` has returned."""

    def __init__(self, folder, *options):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mnist_compare", "serve", "--run", str(folder), "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        line = self.process.stdout.readline()
        assert line.startswith("Serving at "), line + self.process.stderr.read()
        self.url = urlsplit(line.split()[2])

    def ask(self, method, path, body=None, headers=None, timeout=60):
        """Status, headers and body of an answer; `json` is the value in it."""
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        kind = answer.headers.get("Content-Type", "")
        value = json.loads(content) if kind == "application/json" else None
        return SimpleNamespace(status=answer.status, headers=answer.headers, body=content, json=value)

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def post(self, path, body, **headers):
        return self.ask("POST", path, body, PNG | headers)

    def states(self):
        return [network["state"] for network in self.get("/api/info").json["networks"]]

    def wait(self, seconds=60, state="ready"):
        """Until all networks are in that state; gives the seconds that it took."""
        begin = time.monotonic()
        while set(self.states()) != {state}:
            assert time.monotonic() - begin < seconds, self.states()
            time.sleep(0.05)
        return time.monotonic() - begin

    def wait_for_images(self, seconds=60):
        """Until the nearest training images can be asked for, of all networks."""
        end = time.monotonic() + seconds
        for number in range(len(self.states())):
            while self.post(f"/api/nearest?network={number}", png(three())).status == 503:
                assert time.monotonic() < end
                time.sleep(0.05)

    def workers(self):
        """The processes of the networks."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in found if "mnist_compare.worker.main" in one.cmdline()]

    def stop(self, number=2):
        """Send it a signal, as Ctrl-C does, and give its exit code and what stands on stderr."""
        self.process.send_signal(number)
        _, told = self.process.communicate(timeout=20)
        return self.process.returncode, told

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def three(width=200, height=200, ink="black", paper="white"):
    """A drawn 3."""
    image = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(image)
    for top in (0.15, 0.48):
        box = [width * 0.3, height * top, width * 0.7, height * (top + 0.35)]
        draw.arc(box, -120 if top < 0.3 else -90, 90 if top < 0.3 else 130, ink, width // 14)
    return image


def png(image, kind="PNG", **options):
    """The bytes of a file of the image."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def form(files, boundary="edge"):
    """The body of a form with these (name, content), and its header."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, content in files
    ]
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), {
        "Content-Type": f"multipart/form-data; boundary={boundary}"
    }
