"""What was read slowly is kept, and mapped by those who read it again."""

import os

import numpy as np
import pytest
from PIL import Image

from mnist_compare.data import cache, load_dataset


@pytest.fixture
def keeping(tmp_path, monkeypatch):
    """A folder for what is kept, where everything is worth keeping."""
    monkeypatch.setenv("MNIST_COMPARE_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(cache, "WORTH_KEEPING", 0.0)
    monkeypatch.setattr(cache, "LEAST_BYTES", 0)
    return tmp_path / "kept"


def save(path, first=0):
    """A small .npz file whose first pixel is that."""
    images = np.arange(20 * 28 * 28, dtype=np.uint16).reshape(20, 28, 28).astype(np.uint8)
    images[0, 0, 0] = first
    labels = np.arange(20) % 10
    np.savez(path, x_train=images, y_train=labels, x_test=images[:10], y_test=labels[:10], classes=list("abcdefghij"))


def same(a, b):
    """Whether two data sets are the same in all that they have."""
    arrays = all(np.array_equal(getattr(a, name), getattr(b, name)) for name in cache.ARRAYS)
    words = ("source", "classes", "class_count", "notes", "fingerprint")
    return arrays and all(getattr(a, name) == getattr(b, name) for name in words)


def test_what_is_kept_is_what_was_read(keeping, tmp_path, monkeypatch):
    """Read once, and then mapped: without the reader, in the same words."""
    save(tmp_path / "set.npz")
    first = load_dataset(tmp_path / "set.npz")
    monkeypatch.setattr(cache, "_keep", None)  # nothing is read again, and so nothing is kept again
    assert same(load_dataset(tmp_path / "set.npz"), first)
    assert len(list(keeping.iterdir())) == 1


def test_a_file_that_has_changed_is_read_anew(keeping, tmp_path):
    """It goes by the content, whatever the name and the time of the file say."""
    save(tmp_path / "set.npz")
    before = load_dataset(tmp_path / "set.npz")
    save(tmp_path / "set.npz", first=77)
    after = load_dataset(tmp_path / "set.npz")
    assert after.train_images[0, 0, 0, 0] == 77
    assert after.fingerprint != before.fingerprint


@pytest.mark.parametrize("damage", [b"", b"x", b'{"classes":[]}'])
def test_a_damaged_copy_is_made_again(keeping, tmp_path, damage):
    """Half a file, or no JSON: the data set is read as if nothing had been kept."""
    save(tmp_path / "set.npz")
    first = load_dataset(tmp_path / "set.npz")
    for name in ("entry.json", "train_images.npy"):
        (path,) = keeping.glob(f"*/{name}")
        path.write_bytes(damage)
        assert same(load_dataset(tmp_path / "set.npz"), first)
        assert path.read_bytes() != damage


def test_where_nothing_can_be_kept_it_is_read_all_the_same(keeping, tmp_path, monkeypatch):
    """A folder that cannot be made stops nobody."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MNIST_COMPARE_CACHE", str(tmp_path / "file" / "below"))
    save(tmp_path / "set.npz")
    assert load_dataset(tmp_path / "set.npz").count("train") == 20


def test_small_sets_leave_nothing_behind(tmp_path, monkeypatch):
    """What is read in no time is not kept."""
    monkeypatch.setenv("MNIST_COMPARE_CACHE", str(tmp_path / "kept"))
    save(tmp_path / "set.npz")
    load_dataset(tmp_path / "set.npz")
    assert not (tmp_path / "kept").exists()


def table(first):
    """A table of four images of two classes, the first of whose pixels is that."""
    rows = [[label, first, *[7] * 15] for label in (0, 1, 0, 1)]
    return "\n".join([f"label,{','.join(f'p{n}' for n in range(16))}", *(",".join(map(str, row)) for row in rows)])


def test_the_file_beside_it_is_not_forgotten(keeping, tmp_path):
    """Where a part is taken from a file beside the one that was given, what is in that by now counts."""
    (tmp_path / "train.csv").write_text(table(1))
    (tmp_path / "test.csv").write_text(table(2))
    assert load_dataset(tmp_path / "train.csv").test_images[0, 0, 0, 0] == 2
    (tmp_path / "test.csv").write_text(table(3))
    assert load_dataset(tmp_path / "train.csv").test_images[0, 0, 0, 0] == 3


def test_notes_name_the_folder_of_today(keeping, tmp_path):
    """A copy of a folder with a file that was left out names the copy, and not the folder that was read first."""
    for place in ("first", "second"):
        for label in "ab":
            (tmp_path / place / label).mkdir(parents=True)
            Image.fromarray(np.full((4, 4), ord(label), np.uint8)).save(tmp_path / place / label / "0.png")
            Image.fromarray(np.full((4, 4), 7, np.uint8)).save(tmp_path / place / label / "1.png")
        (tmp_path / place / "a" / "notes.txt").write_text("")
        notes = load_dataset(f"{tmp_path / place}#test-share=0.5").notes
        assert f"1 files in {tmp_path / place} are no images" in notes[0]


def test_where_it_was_found_is_that_of_today(keeping, tmp_path):
    """The same set, given by another path, does not say that it was found where it was found before."""
    (tmp_path / "above" / "set").mkdir(parents=True)
    save(tmp_path / "above" / "set" / "set.npz")
    notes = [load_dataset(path).notes for path in (tmp_path / "above", tmp_path / "above" / "set" / "set.npz")]
    assert [len(note) for note in notes] == [1, 0]


def test_what_was_of_no_use_for_longest_goes_first(keeping, tmp_path, monkeypatch):
    """What is kept has a bound; what was read last stays, and whatever else lies in the folder."""
    keeping.mkdir()
    (keeping / "mine.txt").write_text("mine")
    for number in range(3):
        save(tmp_path / f"{number}.npz", first=number)
        load_dataset(tmp_path / f"{number}.npz")
    oldest, middle, _ = sorted(keeping.glob("*/entry.json"), key=lambda path: path.stat().st_mtime_ns)
    for path, seconds in ((oldest, 1000), (middle, 500)):
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - seconds))
    (middle.parent / "note.txt").write_text("mine too")
    monkeypatch.setattr(cache, "MOST_BYTES", 2 * sum(path.stat().st_size for path in oldest.parent.glob("*.npy")))
    save(tmp_path / "3.npz", first=3)
    load_dataset(tmp_path / "3.npz")
    left = {path.parent for path in keeping.glob("*/entry.json")}
    assert len(left) == 2
    assert not oldest.parent.exists()
    assert [path.name for path in middle.parent.iterdir()] == ["note.txt"]
    assert (keeping / "mine.txt").read_text() == "mine"
    monkeypatch.setattr(cache, "MOST_BYTES", 0)
    save(tmp_path / "4.npz", first=4)
    assert load_dataset(tmp_path / "4.npz").train_images[0, 0, 0, 0] == 4
