"""A comparison in a notebook's page, in a real browser: right in light and dark, and a guest that leaves no trace."""

from pathlib import Path

import pytest
from chromium import CHROMIUM, chromium
from synthetic_records import make_record

from mnist_compare import Comparison

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH"),
]
NOTEBOOK = """<!doctype html><meta charset="utf-8"><style>
.jp-RenderedHTMLCommon td, .jp-RenderedHTMLCommon th {text-align: right; padding: 9px; border: 3px solid red}
.jp-RenderedHTMLCommon tbody tr:nth-child(odd) {background: red}
.jp-RenderedHTMLCommon thead {background: red}
.jp-RenderedHTMLCommon p {margin-bottom: 99px}
.badge {background: red}
</style><body {theme}><div class="jp-RenderedHTMLCommon">
<h3 class="title">Around</h3><p class="note">Text <code>code</code></p>
<table class="grouped"><tr><td>1</td></tr></table>
<span class="badge open">7</span>
{shown}</div>"""
AROUND = """JSON.stringify([...document.querySelectorAll('h3.title, p, code, table, td, .badge, body')]
.filter(one => !one.closest('.mnist-compare'))
.map(one => (style => [...style].filter(name => !/size|height|width|origin/.test(name)).map(name => style[name]))
(getComputedStyle(one))))"""
GROUND = "getComputedStyle(document.querySelector('.mnist-compare')).backgroundColor"
INK = "getComputedStyle(document.querySelector('.mnist-compare')).color"


def style_of(selector):
    """An expression for the style that the first such element of the comparison has."""
    return f"getComputedStyle(document.querySelector('.mnist-compare {selector}'))"


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    """A tab of a Chromium for all the tests."""
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def notebook(tmp_path, tab):
    """Opens a notebook's page with this theme and a comparison in it, or without."""

    def opened(theme="", shown=None):
        records = [make_record(name, seed=seed) for name in ("torch", "keras") for seed in (0, 1)]
        shown = Comparison(Path("nowhere"), records)._repr_html_() if shown is None else shown
        (tmp_path / "notebook.html").write_text(NOTEBOOK.replace("{theme}", theme).replace("{shown}", shown))
        tab.open(tmp_path / "notebook.html")

    return opened


def test_the_page_around_stays_as_it_is(notebook, tab):
    """Elements of the notebook look the same whether a comparison is shown or not, even with the same class names."""
    tab.look()
    notebook(shown="")
    before = tab.run(AROUND)
    notebook()
    assert tab.run(AROUND) == before
    assert tab.complaints == []


@pytest.mark.parametrize(
    ("theme", "ground", "ink"),
    [
        ("", "rgb(255, 255, 255)", "rgb(27, 28, 30)"),
        ('data-jp-theme-light="true"', "rgb(255, 255, 255)", "rgb(27, 28, 30)"),
        ('data-jp-theme-light="false" style="--jp-layout-color0:#111"', "rgb(17, 17, 17)", "rgb(236, 234, 229)"),
        ('class="vscode-dark" style="--vscode-editor-background:#222"', "rgb(34, 34, 34)", "rgb(236, 234, 229)"),
    ],
    ids=["unknown", "JupyterLab light", "JupyterLab dark", "Visual Studio Code dark"],
)
def test_it_has_the_colours_of_the_notebook(notebook, tab, theme, ground, ink):
    """The ground is the notebook's and the ink is light on a dark one, whatever the system prefers."""
    tab.look(scheme="dark" if "true" in theme or not theme else "light")
    notebook(theme)
    assert [tab.run(GROUND), tab.run(INK)] == [ground, ink]


def test_rules_of_the_notebook_for_tables_do_not_reach_it(notebook, tab):
    """Names stand at the left, rows have no stripes, and paragraphs no gaps below them."""
    tab.look()
    notebook()
    cell = style_of("tbody td.name")
    assert [tab.run(f"{cell}.{name}") for name in ("textAlign", "borderLeftWidth")] == ["left", "0px"]
    assert tab.run(f"{style_of('tbody tr')}.backgroundColor") == "rgba(0, 0, 0, 0)"
    assert tab.run(f"{style_of('.badge.open')}.backgroundColor") == "rgba(0, 0, 0, 0)"
    assert tab.run(f"{style_of('.verdict p')}.marginBottom") == "0px"


@pytest.mark.parametrize(("width", "drawing"), [(1360, "wide"), (500, "narrow")])
def test_a_drawing_fits_its_cell(notebook, tab, width, drawing):
    """One of the two drawings is shown, and nothing is wider than the window."""
    tab.look(width=width)
    notebook()
    visible = "[...document.querySelectorAll('.mnist-compare>figure>svg')].filter(one => one.checkVisibility())"
    assert set(tab.run(f"{visible}.map(one => one.classList[1])")) == {drawing}
    assert tab.run("document.documentElement.scrollWidth") <= width
