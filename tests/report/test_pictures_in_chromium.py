"""The drawings of the page in a real browser: all words can be read, on screens of every width and on paper."""

from pathlib import Path

import pytest
from chromium import CHROMIUM, chromium
from drawings import certificate
from synthetic_records import make_record
from synthetic_settings import long_names, sweep

from mnist_compare.records.results import read_records
from mnist_compare.report.page.page import report_page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH"),
]
REFERENCE = read_records(Path(__file__).parents[2] / "reports" / "reference" / "cnn")
SWEEP = [record for record in sweep() if record.spec.recipe.shuffle]
LONG = "the-backend-of-somebody-else-with-a-long-name"
MISPLACED = """
(() => {
  const found = [];
  document.querySelectorAll("details").forEach(one => one.open = true);
  for (const svg of document.querySelectorAll("svg[role=img]")) {
    const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
    if (!box.width) continue;
    const texts = [...svg.querySelectorAll("text")].map(text => {
      const own = text.getBoundingClientRect();
      return {words: text.lastChild.data, left: (own.left - box.left) * scale, right: (own.right - box.left) * scale,
              top: (own.top - box.top) * scale, bottom: (own.bottom - box.top) * scale};
    });
    for (const [i, one] of texts.entries()) {
      if (one.left < -2 || one.right > svg.viewBox.baseVal.width + 2 || one.bottom > svg.viewBox.baseVal.height + 2)
        found.push(`${one.words} leaves the drawing`);
      for (const other of texts.slice(i + 1))
        if (Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 &&
            Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4)
          found.push(`${one.words} lies on ${other.words}`);
    }
  }
  return found;
})()
"""
DRAWINGS = """[...document.querySelectorAll("svg[role=img]")].map(
    svg => [svg.classList.contains("wide"), svg.getBoundingClientRect().width > 0])"""


def synthetic():
    """Runs of many backends in several networks and of several seeds, some of them disturbed."""
    speeds = {"torch": 2.0, "keras": 1.0, "paddle": 4.0, "numpy": 9.0, LONG: 3.0}
    return [
        make_record(name, network, seed=seed, seconds=seconds, epochs=5, noise=noise, jobs=2 if name == "paddle" else 1)
        for network, noise in (("cnn", 0.3), ("linear", 0.5), ("convnet", 0.25))
        for name, seconds in speeds.items()
        for seed in range(7 if network == "cnn" else 1)
    ]


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.mark.parametrize(("width", "media"), [(390, "screen"), (800, "screen"), (1360, "screen"), (718, "print")])
@pytest.mark.parametrize(
    "records", [REFERENCE, synthetic(), SWEEP, long_names()], ids=["reference", "synthetic", "sweep", "long"]
)
def test_no_words_lie_on_others(records, width, media, tab, tmp_path):
    """No text of a drawing leaves it or lies on another one, and one of its two drawings is shown."""
    path = tmp_path / "report.html"
    path.write_text(report_page(records, [certificate("differ", "match", "match")]))
    tab.look(width=width, media=media)
    tab.open(path)
    assert tab.run(MISPLACED) == []
    shown = tab.run(DRAWINGS)
    assert len(shown) > 20
    assert all(is_shown == (is_wide == (width > 940 or media == "print")) for is_wide, is_shown in shown)
