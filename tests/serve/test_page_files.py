"""The files of the page, read as text: what a browser is not needed for."""

import re

import pytest

from mnist_compare.serve.page_files import FOLDER, page_routes

SCRIPTS = sorted(FOLDER.glob("*.js"))
INDEX = (FOLDER / "index.html").read_text("utf-8")
KEY = re.compile(r"^  (\w+): ", re.M)


def keys(language):
    """What the page can say in a language."""
    text = (FOLDER / f"{language}.js").read_text("utf-8")
    return set(KEY.findall(text[text.index(f"export const {language}") :]))


def test_both_languages_say_the_same_things():
    """Whatever the page says in English it says in Chinese, and every text that index.html asks for is there."""
    assert keys("english") == keys("chinese")
    assert set(re.findall(r'data-say="(\w+)"', INDEX)) <= keys("english")


def test_nothing_is_said_that_is_not_there():
    """Every text that a script asks for by name is there, and none is left over."""
    asked = {name for path in SCRIPTS for name in re.findall(r"words\(\)\.(\w+)", path.read_text("utf-8"))}
    given = {name for path in SCRIPTS for name in re.findall(r"'(\w+)'", path.read_text("utf-8"))}
    said = set(re.findall(r'data-say="(\w+)"', INDEX))
    assert asked <= keys("english")
    assert keys("english") <= asked | given | said


def test_the_page_needs_nothing_from_elsewhere():
    """No file of the page names another host, and no script, style or handler stands in the page itself."""
    for path in FOLDER.iterdir():
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[a-z]+\.", text), path.name
    assert not re.search(r"<style|<script(?! type=\"module\" src=)|\sstyle=|\son\w+=", INDEX)


@pytest.mark.parametrize("kind", ["href", "src"])
def test_everything_that_the_page_loads_is_served(kind):
    """Each file that index.html or a module loads has a route."""
    served = {route.path for route in page_routes()}
    wanted = set(re.findall(rf' {kind}="([^"#]+)"', INDEX))
    wanted |= {name for path in SCRIPTS for name in re.findall(r"from '\./([\w.]+)'", path.read_text("utf-8"))}
    assert {f"/{name}" for name in wanted} <= served
