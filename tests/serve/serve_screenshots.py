"""Pictures of the page to draw on, for README and docs: `make screenshots`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from drawing_tab import CHROMIUM, THREE, DrawingTab, chromium
from PIL import Image
from serving import Server

DISPUTED = "[...document.querySelectorAll('.examples')].at(-1).lastChild.querySelector('button').click()"
LOOKS = {
    "serve": ({"width": 1280, "height": 900}, "en", None, 1410),
    "serve-dark-phone": ({"width": 390, "height": 844, "scheme": "dark"}, "en", DISPUTED, 1100),
    "serve-zh": ({"width": 1280, "height": 900}, "zh", None, 672),
}
"""How the page is shown, in which language, what is done instead of drawing a 3, and how much of it is kept."""


def main(run: Path, folder: Path) -> None:
    """The page of the networks of a comparison in each of the looks, as PNGs in the folder."""
    if CHROMIUM is None:
        raise SystemExit("There is no Chromium here. Install it (Debian: apt install chromium), then: make screenshots")
    with Server(run) as server:
        server.wait(120)
        server.wait_for_images(300)
        for name, (look, language, script, height) in LOOKS.items():
            with TemporaryDirectory() as profile, chromium(profile) as tab:
                page = DrawingTab(tab, server)
                page.open(language, **look)
                page.run(script) if script else page.draw(THREE)
                page.wait_for_answer()
                page.wait("document.querySelector('#neighbours li') && document.querySelector('.maps canvas')")
                tab.picture(folder / f"{name}.png")
            with Image.open(folder / f"{name}.png") as image:
                top = image.convert("RGB").crop((0, 0, image.width, min(height, image.height)))
            top.save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
