"""Files that are refused: each in a sentence that says what, where, what is valid, and what to do."""

import json
import os
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from published_sets import arrow, cifar10, colour_folder, hugging_face, image_table, manifest, png
from scipy.io import savemat

from mnist_compare.data.sources import read_source
from mnist_compare.errors import MnistCompareError

HEAD = "label," + ",".join(f"p{number}" for number in range(16))
ROW = "1," + ",".join(["7"] * 16)
SHARE = "#test-share=0.5"


def refusal(source):
    with pytest.raises(MnistCompareError) as error:
        read_source(source)
    text = str(error.value)
    assert text[-1] == "."
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([HEAD, ROW, ROW + ",7"], "line 3 has 18 columns, where the first line has 17"),
        ([HEAD, ROW, ROW[:-2]], "line 3 has 16 columns"),
        ([HEAD + ",p16", ROW + ",7"], "18 columns, of which 17 would be pixels and one the label"),
        ([HEAD, ROW.replace("7", "", 1)], "line 2, column p0 is empty"),
        ([HEAD, ROW.replace("7", "seven", 1)], "line 2, column p0 is 'seven'"),
        ([HEAD, ROW.replace("7", "256", 1)], "line 2, column p0 is '256', where whole numbers from 0 to 255"),
        ([HEAD, ROW.replace("7", "-1", 1)], "is '-1'"),
        ([HEAD, ROW.replace("7", "0.5", 1)], "is '0.5'"),
        ([HEAD, ROW.replace("7", "nan", 1)], "is 'nan'"),
        ([HEAD, ROW.replace("7", "1_0", 1)], "is '1_0'"),
        ([HEAD, "," + ROW[2:]], "line 2 has no label"),
        ([HEAD, "1.5" + ROW[1:], ROW], r"label[0] is 1.5, where whole numbers are valid"),
        ([HEAD, "-1" + ROW[1:], ROW], r"label[0] is -1"),
        ([HEAD, "1000" + ROW[1:], ROW], "where labels from 0 to 999 are valid"),
        ([HEAD, ROW, ROW], "are of one class, where 2 to 1,000 classes are valid"),
        ([HEAD], "but no image below them"),
        ([HEAD + "\xff", ROW], "no text in UTF-8: line 1 has the byte 0xff"),
        ([HEAD + ",digit", ROW + ",1"], "has the columns label, digit. Say which"),
    ],
)
def test_tables(tmp_path, lines, message):
    """A table with anything else than whole numbers in equal rows is refused by its line and column."""
    path = tmp_path / "some.csv"
    path.write_bytes("\n".join(lines).encode("latin-1"))
    told = refusal(f"{path}{SHARE}")
    assert message in told
    assert str(path) in told


def test_parquet_of_other_schemas(tmp_path):
    """A Parquet file without images or labels is refused with the columns that it has."""
    path = tmp_path / "some.parquet"
    pq.write_table(pa.table({"text": ["a", "b"], "label": [0, 1]}), path)
    assert "has no column called image" in refusal(path)
    pq.write_table(pa.table({"image": ["a", "b"], "label": [0, 1]}), path)
    assert "image is of type string" in refusal(path)
    pq.write_table(pa.table({"image": [[1, 2, 3, 4], [1, 2]], "label": [0, 1]}), path)
    assert "lists of several lengths" in refusal(path)
    pq.write_table(pa.table({"image": [[1, 2, 3, 4]] * 2, "label": [0, None]}), path)
    assert "label of row 1 is missing" in refusal(path)
    pq.write_table(pa.table({"image": [[0.5] * 4] * 2, "label": [0, 1]}), path)
    assert "is of type double" in refusal(path) or "is of type float64" in refusal(path)
    pq.write_table(pa.table({"image": pa.array([], pa.binary()), "label": pa.array([], pa.int64())}), path)
    assert "has no rows" in refusal(path)


def test_parquet_with_images_elsewhere(tmp_path):
    """A file that only names its images is refused by the row; so is a label beyond the names of the schema."""
    kind = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    table = pa.table({"image": pa.array([{"bytes": None, "path": "a.png"}], kind), "label": [0]})
    pq.write_table(table, tmp_path / "some.parquet")
    assert "row 0 has no bytes" in refusal(tmp_path / "some.parquet")
    table = image_table(np.zeros((2, 4, 4), np.uint8), np.array([0, 5]), "abc")
    pq.write_table(table, tmp_path / "some.parquet")
    assert "has the label 5, where 0 to 2 are valid" in refusal(tmp_path / "some.parquet")


def test_class_folders(tmp_path):
    """Class folders that are empty or hold other files, images of several sizes, and damaged ones, are named."""
    colour_folder(tmp_path)
    (tmp_path / "emu").mkdir()
    assert "emu has no image: it is empty" in refusal(tmp_path)
    (tmp_path / "emu" / "notes.txt").write_text("x")
    assert "emu has no image: it holds notes.txt" in refusal(tmp_path)
    (tmp_path / "emu" / "big.png").write_bytes(png(np.zeros((9, 9), np.uint8)))
    assert "big.png is 9 x 9, but" in refusal(tmp_path)
    (tmp_path / "emu" / "big.png").write_bytes(b"<html></html>")
    assert "big.png is a web page" in refusal(tmp_path)
    (tmp_path / "emu" / "big.png").write_bytes(b"nothing")
    assert "big.png is no image that can be read" in refusal(tmp_path)
    Image.new("I;16", (5, 6)).save(tmp_path / "emu" / "big.png")
    assert "more than 8 bits" in refusal(tmp_path)
    shutil.rmtree(tmp_path / "emu")
    (tmp_path / "loose.png").write_bytes(png(np.zeros((6, 5), np.uint8)))
    assert "1 images beside the folders of the classes" in refusal(tmp_path)
    shutil.rmtree(tmp_path / "cat")
    (tmp_path / "loose.png").unlink()
    assert "has 1 classes, where 2 to 1,000 are valid" in refusal(tmp_path)


def test_folders_that_are_no_classes(tmp_path):
    """A folder with a few images in it is no data set: what is there is told, and what would be one."""
    for name in ("docs", "src", "figures"):
        (tmp_path / name).mkdir()
    told = refusal(tmp_path)
    assert "It is a folder with docs, figures, src. What is read: idx, emnist" in told
    for name in ("figures", "docs"):
        (tmp_path / name / "one.png").write_bytes(png(np.zeros((9, 9), np.uint8)))
        if name == "figures":
            assert "Of its 3 folders 1 holds images (figures), where" in refusal(tmp_path)
    assert "src has no image: it is empty" in refusal(tmp_path)
    assert "Of the 1 image in it nobody can tell the class" in refusal(tmp_path / "docs")


def test_a_manifest_with_gaps(tmp_path):
    """A line that names no file, or has no label or another split, is refused by its number."""
    manifest(tmp_path)
    table = tmp_path / "metadata.csv"
    whole = table.read_text()
    for old, new, message in (
        ("images/train0.png", "images/gone.png", "line 2 names 'images/gone.png', but there is no file"),
        ("train0.png,no", "train0.png,", "line 2 has no label"),
        (",train\n", ",middle\n", "has the split 'middle', where train, val, test are valid"),
        (",train\n", "\n", "has 2 columns, where the first line has 3"),
    ):
        table.write_text(whole.replace(old, new, 1))
        assert message in refusal(tmp_path)


def test_batches_of_cifar(tmp_path):
    """A batch that is cut, or has a label that is none, and missing batches are named."""
    cifar10(tmp_path)
    batch = tmp_path / "cifar-10-batches-bin" / "data_batch_3.bin"
    content = batch.read_bytes()
    batch.write_bytes(content[:-1])
    assert "data_batch_3.bin has 18,437 bytes, where a multiple of 3,073" in refusal(tmp_path)
    batch.write_bytes(b"\x0a" + content[1:])
    assert "the label of image 0 is 10, where 0 to 9 are valid" in refusal(tmp_path)
    batch.unlink()
    assert "lacks data_batch_3.bin" in refusal(tmp_path)


def test_matlab_files(tmp_path):
    """Other variables, objects of MATLAB, and version 7.3 are refused."""
    path = tmp_path / "train_32x32.mat"
    savemat(path, {"data": np.zeros(3)})
    assert "lacks X and y; it holds data" in refusal(path)
    savemat(path, {"X": np.array([{"a": 1}], dtype=object), "y": np.zeros(3)})
    refusal(path)
    path.write_bytes(b"MATLAB 7.3 MAT-file, Platform: HDF5".ljust(512) + b"\x89HDF")
    assert "version 7.3" in refusal(path)


def test_a_stream_that_is_cut(tmp_path):
    """A folder of Arrow streams of which one is cut is refused."""
    arrow(tmp_path)
    path = tmp_path / "train" / "data-00000-of-00001.arrow"
    os.truncate(path, path.stat().st_size // 2)
    assert "Cannot read" in refusal(tmp_path)


def test_names_of_a_schema_that_are_none(tmp_path):
    """Damaged metadata of Hugging Face count as none."""
    table = image_table(np.arange(32, dtype=np.uint8).reshape(2, 4, 4), np.array([0, 1]), "ab")
    for metadata in ({"huggingface": "{"}, {"huggingface": json.dumps([1])}, hugging_face([1, 2], {"_type": 5})):
        pq.write_table(table.replace_schema_metadata(metadata), tmp_path / "some.parquet")
        assert read_source(f"{tmp_path / 'some.parquet'}{SHARE}")[0].class_names == ()


def test_what_was_found(tmp_path):
    """What no reader recognizes is refused with what is there."""
    (tmp_path / "some").mkdir()
    assert "It is an empty folder" in refusal(tmp_path / "some")
    (tmp_path / "some" / "notes.txt").write_text("x")
    assert "It is a folder with notes.txt" in refusal(tmp_path / "some")
    (tmp_path / "some.bin").write_bytes(b"\x01\x02\x03\x04")
    assert "begins with the bytes 01 02 03 04" in refusal(tmp_path / "some.bin")
    (tmp_path / "some.bin").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert "is a pointer of Git LFS" in refusal(tmp_path / "some.bin")
    (tmp_path / "some.bin").write_bytes(b"")
    assert "is empty" in refusal(tmp_path / "some.bin")
