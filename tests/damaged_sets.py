"""Damage to data sets of every format, and what must hold of what is read all the same."""

import shutil
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from mnist_compare.data.readers import check_read
from mnist_compare.data.sources import read_source
from mnist_compare.errors import MnistCompareError

PAGE = b"<!DOCTYPE html>\n<html><head><title>404</title></head></html>\n"
KINDS = ("cut", "flip", "insert", "zero", "page", "empty", "gone", "folder", "twice", "noise")

damages = st.tuples(
    st.sampled_from(KINDS), st.integers(0, 10_000), st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)
)
"""A kind of damage, which file it is done to, where in it, and the bytes for it."""


def damage(folder, kind, number, share, content):
    """Do it to one of the files below the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = files[number % len(files)]
    old = path.read_bytes()
    place = int(share * len(old))
    new = {
        "cut": old[:place],
        "flip": old[:place] + bytes([(old[place] if old else 0) ^ (content[0] or 1)]) + old[place + 1 :],
        "insert": old[:place] + content + old[place:],
        "zero": old[:place] + bytes(len(old[place : place + 50])) + old[place + 50 :],
        "page": PAGE,
        "empty": b"",
        "twice": old + old,
        "noise": content * 50,
    }.get(kind)
    path.unlink()
    if new is not None:
        path.write_bytes(new)
    elif kind == "folder":
        path.mkdir()
    return kind, path


def attempt_damaged(write, place, kind, number, share, content):
    """Read a set that was damaged: it is refused in a sentence, or what is read is images and labels of it."""
    template = place / "template"
    if not template.exists():
        template.mkdir()
        write(template)
    folder = place / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)
    source = write_source(write, template, folder)
    done, path = damage(folder, kind, number, share, content)
    try:
        found = read_source(source)[0]
    except MnistCompareError as error:
        text = str(error)
        assert len(text) > 30
        assert text[-1] == ".", text[-80:]
        assert "Traceback" not in text
        return False
    check_read(source, found)
    assert 0 <= found.train_labels.min() <= found.train_labels.max() < 1000
    if done in ("cut", "page", "empty", "gone", "folder", "noise"):
        check_same(write, place, found, path, done)
    return True


_SOURCES: dict = {}
_WHOLE: dict = {}


def write_source(write, template, folder):
    """The source of the set in the copy of its folder; what has no test part gets one."""
    if write not in _SOURCES:
        scratch = template.parent / "scratch"
        scratch.mkdir()
        published = write(scratch)
        share = "" if published.test_images is not None else "test-share=0.25"
        joined = f"{published.source}{',' if '#' in published.source else '#'}{share}" if share else published.source
        _SOURCES[write] = joined.replace(str(scratch), "{folder}")
    return _SOURCES[write].replace("{folder}", str(folder))


def check_same(write, place, found, path, done):
    """Where whole files or their ends are gone, whatever is read stands in the set as it was, with its label."""
    if write not in _WHOLE:
        whole = read_source(write_source(write, place / "template", place / "template"))[0]
        _WHOLE[write] = {(image.tobytes(), int(label)) for image, label in rows(whole)}
    strange = [label for image, label in rows(found) if (image.tobytes(), int(label)) not in _WHOLE[write]]
    plain_text = path.suffix == ".csv" and done == "cut"  # whose last number may have lost a digit
    assert len(strange) <= plain_text, (write.__name__, done, path.name, len(strange))


def rows(read):
    for part in ("train", "validation", "test"):
        images = getattr(read, f"{part}_images")
        if images is not None:
            yield from zip(np.ascontiguousarray(images), getattr(read, f"{part}_labels"), strict=True)


def place_of(factory, write) -> Path:
    """A folder for one format, the same one for all its cases."""
    place = factory.getbasetemp() / f"damaged-{write.__name__}"
    place.mkdir(exist_ok=True)
    return place
