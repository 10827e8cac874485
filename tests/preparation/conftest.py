import numpy as np
import pytest
from PIL import Image

from mnist_compare.data.preparation import read_page


@pytest.fixture
def page(tmp_path):
    """What is on the page that has these pixels: bytes, or 0 to 1."""

    def read(pixels, name="page.png", **options):
        image = pixels if isinstance(pixels, Image.Image) else None
        if image is None:
            bytes_ = pixels if pixels.dtype == np.uint8 else (np.clip(pixels, 0, 1) * 255).round().astype(np.uint8)
            image = Image.fromarray(bytes_)
        image.save(tmp_path / name, **options)
        return read_page(tmp_path / name)

    return read
