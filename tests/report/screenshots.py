"""Pictures of a report for README and docs: `make screenshots`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from chromium import CHROMIUM, chromium
from PIL import Image

LOOKS = {
    "report-light": {"width": 1360, "scheme": "light"},
}
HEIGHT = 1250


def main(page: Path, folder: Path) -> None:
    """The top of the page in each of the looks, as PNGs in the folder."""
    if CHROMIUM is None:
        raise SystemExit("There is no Chromium here. Install it (Debian: apt install chromium), then: make screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    for name, look in LOOKS.items():
        with TemporaryDirectory() as profile, chromium(profile) as tab:
            tab.look(**look)
            tab.open(page)
            tab.picture(folder / f"{name}.png")
        with Image.open(folder / f"{name}.png") as image:
            top = image.convert("RGB").crop((0, 0, image.width, min(HEIGHT, image.height)))
        top.save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
