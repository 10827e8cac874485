"""Chromium, driven through a pipe by its own protocol: what a page asks for, complains of, and looks like."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from itertools import count

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *("--disable-dev-shm-usage", "--disable-component-update", "--hide-scrollbars", "--remote-debugging-pipe"),
)


class Tab:
    """One page; `requests` are the addresses it asked for, `complaints` what its console was told."""

    def __init__(self, reads, writes):
        self._reads, self._writes, self._numbers, self._session = reads, writes, count(1), None
        self.requests, self.complaints, self._loaded = [], [], False
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        """The result of a method of the protocol; events that come before it are kept."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._writes.write(json.dumps(message).encode() + b"\0")
        self._writes.flush()
        while True:
            found = self._next()
            if found.get("id") == number:
                assert "error" not in found, found["error"]
                return found["result"]

    def open(self, path):
        """Load a file from disk, until all of it is there."""
        self.visit(path.absolute().as_uri())

    def visit(self, address):
        """Load what is at an address, until all of it is there."""
        self._loaded = False
        self.call("Page.navigate", url=address)
        while not self._loaded:
            self._next()

    def run(self, script):
        """The value of an expression in the page."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def look(self, *, width=1360, height=900, scheme="light", media="screen", script=True):
        """How the page is to be shown: the size of the window, light or dark, on a screen or on paper."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)
        self.call("Emulation.setScriptExecutionDisabled", value=not script)

    def picture(self, path):
        """The whole page as a PNG file."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=size | {"scale": 1})
        path.write_bytes(base64.b64decode(shot["data"]))

    def paper(self, path):
        """The page as a PDF file."""
        self.call("Emulation.setEmulatedMedia", media="print")
        shot = self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _next(self):
        line = bytearray()
        while (letter := self._reads.read(1)) != b"\0":
            assert letter, "Chromium has ended"
            line += letter
        found = json.loads(line)
        match found.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(found["params"]["request"]["url"])
            case "Log.entryAdded":
                self.complaints.append(found["params"]["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(found["params"]["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.complaints.append(str(found["params"]["args"]))
            case "Page.loadEventFired":
                self._loaded = True
        return found


@contextmanager
def chromium(profile, *flags):
    """A tab of a Chromium of its own, with these flags too; what it writes it keeps in the folder `profile`."""
    (in_read, in_write), (out_read, out_write) = os.pipe(), os.pipe()
    script = f'exec "$0" "$@" 3<&{in_read} 4>&{out_write}'
    command = ["bash", "-c", script, CHROMIUM, *FLAGS, *flags, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(command, pass_fds=(in_read, out_write), stderr=subprocess.DEVNULL)
    os.close(in_read)
    os.close(out_write)
    try:
        with os.fdopen(out_read, "rb") as reads, os.fdopen(in_write, "wb") as writes:
            yield Tab(reads, writes)
    finally:
        process.terminate()
        process.wait(timeout=30)
