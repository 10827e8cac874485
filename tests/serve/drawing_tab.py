"""The page to draw on in Chromium: a hand that draws on it, and what stands there."""

import sys
import time
from itertools import pairwise
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "report"))
from chromium import CHROMIUM, chromium

__all__ = ["CHROMIUM", "THREE", "DrawingTab", "chromium", "path_of"]
THREE = (
    *((0.30, 0.24), (0.38, 0.18), (0.50, 0.16), (0.60, 0.20), (0.65, 0.28), (0.62, 0.38), (0.54, 0.45), (0.44, 0.48)),
    *((0.56, 0.49), (0.65, 0.55), (0.69, 0.65), (0.65, 0.76), (0.55, 0.83), (0.43, 0.84), (0.31, 0.78)),
)
"""A 3 in one stroke: places on the paper, from 0 to 1."""
STEPS = 4
PREDICTIONS = "performance.getEntriesByType('resource').filter(one => one.name.includes('/api/predict'))"
READ = "[...document.querySelectorAll('.reads td')].map(one => one.textContent)"


def path_of(corners):
    """The places that a pointer passes from corner to corner."""
    pairs = pairwise(corners)
    between = [(a + (c - a) * i / STEPS, b + (d - b) * i / STEPS) for (a, b), (c, d) in pairs for i in range(STEPS)]
    return [*between, corners[-1]]


class DrawingTab:
    """A tab of Chromium in which the page of a server is open."""

    def __init__(self, tab, server):
        self.tab, self.run = tab, tab.run
        self.address = f"http://{server.url.hostname}:{server.url.port}/"

    def open(self, language="en", **look):
        """Load the page anew, in a language and a look, until its table and its examples are there."""
        self.tab.look(**look)
        self.tab.visit("about:blank")
        self.tab.complaints.clear()
        self.tab.requests.clear()
        self.tab.visit(f"{self.address}#{language}")
        self.wait("document.querySelector('.examples button') && document.querySelector('tbody tr')")

    def wait(self, condition, seconds=20):
        """Until something holds in the page."""
        end = time.monotonic() + seconds
        while not self.run(f"Boolean({condition})"):
            assert time.monotonic() < end, f"{condition}\n{self.run('document.body.innerText')}"
            time.sleep(0.02)

    def text(self, selector):
        return self.run(f"document.querySelector({selector!r}).textContent")

    def press(self, selector):
        self.run(f"document.querySelector({selector!r}).click()")

    def places(self, corners):
        """Where in the window these places of the paper are."""
        x, y, size = self.run(
            "(box => [box.x, box.y, box.width])(document.getElementById('pad').getBoundingClientRect())"
        )
        return [(x + size * across, y + size * down) for across, down in corners]

    def draw(self, corners, lift=True, after_move=lambda: None):
        """A stroke of the mouse."""
        first, *rest = self.places(corners)
        self._mouse("mousePressed", first)
        for place in rest:
            self._mouse("mouseMoved", place)
            after_move()
        if lift:
            self._mouse("mouseReleased", self.places(corners)[-1])

    def touch(self, corners):
        """A stroke of a finger."""
        self.swipe(self.places(corners))

    def swipe(self, places):
        """A finger that passes these places of the window."""
        for number, (x, y) in enumerate(places):
            kind = "touchMove" if number else "touchStart"
            self.tab.call("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": x, "y": y}])
        self.tab.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def key(self, key, code=None, modifiers=0, times=1):
        for _ in range(times):
            for kind in ("keyDown", "keyUp"):
                self.tab.call("Input.dispatchKeyEvent", type=kind, key=key, code=code or key, modifiers=modifiers)

    def wait_for_answer(self, seconds=20):
        """Until what is drawn is answered, and nothing is asked any more; gives what each network reads."""
        self.run("new Promise(done => setTimeout(done, 100))")
        count = -1
        while count != (count := self.run(f"{PREDICTIONS}.length")):
            self.run("new Promise(done => setTimeout(done, 300))")
        self.wait("!document.querySelector('.reads .state') && document.querySelector('#gap').textContent", seconds)
        return self.run(READ)

    def _mouse(self, kind, place):
        x, y = place
        button = {"button": "left", "buttons": int(kind != "mouseReleased"), "clickCount": 1}
        self.tab.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **button)
