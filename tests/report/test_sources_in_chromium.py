"""The page of programs side by side, opened in Chromium."""

import pytest
from chromium import CHROMIUM, chromium

from mnist_compare.architecture.documented import ARCHITECTURES, default_recipe
from mnist_compare.report.page.sources import sources_page
from mnist_compare.source import writers


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
@pytest.mark.parametrize("width", [390, 1360])
def test_the_page_opens_and_folds(width, tmp_path):
    """It asks for nothing, is no wider than the window, and its rows open and its columns go away without a script."""
    network = ARCHITECTURES["convnet"]
    programs = [writer.write(network, default_recipe(network)) for writer in writers().values()]
    (tmp_path / "page.html").write_text(sources_page(network.name, programs))
    with chromium(tmp_path / "profile") as tab:
        tab.look(width=width)
        tab.open(tmp_path / "page.html")
        assert tab.run("document.documentElement.scrollWidth") <= width
        shown = "[...document.querySelectorAll('.explained')].filter(one => one.offsetHeight).length"
        assert tab.run(shown) == 0
        tab.run("document.querySelector('summary').click()")
        assert tab.run(shown) == 1
        tab.run("document.querySelector('#open').click()")
        assert tab.run(shown) > 10
        first = shown.replace(".explained", "section.row > .torch, dd.torch")
        assert tab.run(first) > 10
        tab.run("document.querySelector('#column1').click()")
        assert tab.run(first) == 0
        assert tab.run("document.documentElement.scrollWidth") <= width
        assert tab.complaints == []
        assert [request for request in tab.requests if not request.startswith(("file:", "data:"))] == []
