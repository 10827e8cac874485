"""Pictures of pages for README and docs: `make screenshots`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from chromium import CHROMIUM, chromium
from PIL import Image

SETTINGS_ALONE = (
    "document.querySelectorAll('header, section').forEach((one) => {"
    " if (!one.closest('#settings') && !one.querySelector('#settings')) one.remove() })"
)
LOOKS = {
    "report": {"report-light": ({"width": 1360, "scheme": "light"}, "", 1045)},
    "sources": {
        "sources": (
            {"width": 1360, "scheme": "light"},
            "[...document.querySelectorAll('[aria-label=\"batch norm\"] details')][0].open = true",
            1420,
        )
    },
    "sweep": {"sweep": ({"width": 1360, "scheme": "light"}, SETTINGS_ALONE, 1730)},
    "tune": {"tune": ({"width": 1360, "scheme": "light"}, SETTINGS_ALONE, 1690)},
}
"""Of each kind of page the pictures: how it is shown, what is done in it first, and how much of it is kept."""


def main(kind: str, page: Path, folder: Path) -> None:
    """The top of the page in each of the looks of its kind, as PNGs in the folder."""
    if CHROMIUM is None:
        raise SystemExit("There is no Chromium here. Install it (Debian: apt install chromium), then: make screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    for name, (look, script, height) in LOOKS[kind].items():
        with TemporaryDirectory() as profile, chromium(profile) as tab:
            tab.look(**look)
            tab.open(page)
            if script:
                tab.run(script)
            tab.picture(folder / f"{name}.png")
        with Image.open(folder / f"{name}.png") as image:
            top = image.convert("RGB").crop((0, 0, image.width, min(height, image.height)))
        top.save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
