import gzip
import re
import struct

import msgspec
import numpy as np
import pytest
from command_line import SMALL, refusal, run_here

from mnist_compare.data import load_dataset
from mnist_compare.records.spec import DataSpec
from mnist_compare.report.images import class_word, data_name

NETWORK = """
name = "tiny"
output = "logits"

[[layers]]
type = "convolution"
channels = 4
kernel = 5
stride = 2

[[layers]]
type = "relu"

[[layers]]
type = "flatten"

[[layers]]
type = "linear"
features = 10

[recipe]
name = "fast"
optimizer = {type = "adam", learning_rate = 0.005}
batch_size = 50
"""
NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
RUN = ("run", "--backends", "numpy", "--threads", "1", "--epochs", "2", "--output", "out", "--json")


def idx(array):
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture(scope="module")
def parts():
    """The first 250 training and 100 test images of MNIST, with their labels."""
    data = load_dataset("mnist")
    return data.train_images[:250, 0], data.train_labels[:250], data.test_images[:100, 0], data.test_labels[:100]


@pytest.fixture
def folder(parts, tmp_path):
    """These images as a folder of IDX files, half of them compressed."""
    (tmp_path / "digits").mkdir()
    for i, (name, array) in enumerate(zip(NAMES, parts, strict=True)):
        path = tmp_path / "digits" / (f"{name}.gz" if i % 2 else name)
        path.write_bytes(gzip.compress(idx(array)) if i % 2 else idx(array))
    return tmp_path / "digits"


def test_a_network_from_a_file_is_trained(tmp_path):
    """A TOML file with layers and a recipe is a network like the documented ones: it trains, and learns."""
    (tmp_path / "tiny.toml").write_text(NETWORK)
    result = run_here(*RUN, "-a", "tiny.toml", "--train-size", "2000", "--test-size", "200", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    (record,) = msgspec.json.decode(result.stdout)["records"]
    assert (record["architecture"], record["recipe"]) == ("tiny", "fast")
    assert record["parameters"] == 4 * 25 + 4 + 4 * 144 * 10 + 10
    assert record["test_accuracy"] > 0.6


def test_datasets_from_files_are_the_same_data(parts, folder, tmp_path):
    """The same images as IDX files and as .npz are trained on alike, and are one comparison with one fingerprint."""
    np.savez(tmp_path / "digits.npz", **dict(zip(("x_train", "y_train", "x_test", "y_test"), parts, strict=True)))
    results = [run_here(*RUN, "-a", "mlp", "--dataset", name, cwd=tmp_path) for name in ("digits", "digits.npz")]
    assert [result.returncode for result in results] == [0, 0], results
    (first,), (second,) = (msgspec.json.decode(result.stdout)["records"] for result in results)
    assert first["spec"]["data"]["train_size"] == 250
    assert first["spec"]["data"]["source"] == str(folder)
    assert second == first
    assert "already done" in results[1].stderr


def test_a_report_on_other_data_speaks_of_its_classes(parts, tmp_path):
    """Images that are not MNIST's are called by their data set's name and have classes; nothing speaks of digits."""
    images, labels, test_images, test_labels = parts
    arrays = (images[:, ::-1], labels, test_images[:, ::-1], test_labels)
    np.savez(tmp_path / "fashion.npz", **dict(zip(("x_train", "y_train", "x_test", "y_test"), arrays, strict=True)))
    asked = ("run", "-b", "numpy", "-a", "mlp,linear", "--threads", "1", "--epochs", "1", "--output", "out")
    result = run_here(*asked, "--dataset", "fashion.npz", cwd=tmp_path, report=True)
    assert result.returncode == 0, result.stderr
    report = (tmp_path / "out" / "report.md").read_text()
    assert report.startswith("# fashion: numpy\n")
    assert "on 250 images of fashion." in report
    assert "### Accuracy per class" in report
    assert "which class was taken for which" in report
    own = report.partition("## Environment")[0]
    for text in (own, result.stdout, *(path.name for path in (tmp_path / "out" / "figures").iterdir())):
        assert not re.search(r"mnist(?!_compare)|digit", text, re.IGNORECASE), text
    drawn = (tmp_path / "out" / "figures" / "mlp-confusion.svg").read_text()
    assert "<!-- predicted class -->" in drawn
    looked = run_here("samples", "--dataset", "fashion.npz", cwd=tmp_path)
    assert "per class: 0:" in looked.stdout


def test_mnist_from_files_is_mnist():
    """MNIST that a user has as files of his own is still MNIST, with digits."""
    data = load_dataset("mnist")
    own = DataSpec("/home/me/downloads", data.fingerprint, 60_000, 10_000)
    assert (data_name(own), class_word(own)) == ("MNIST", "digit")
    assert data_name(DataSpec("/home/me/kmnist.npz", "ab" * 32, 60_000, 10_000)) == "kmnist"


def corrupt(folder, case):
    images, labels = folder / NAMES[0], folder / f"{NAMES[1]}.gz"
    label_bytes = gzip.decompress(labels.read_bytes())
    if case == "missing":
        images.unlink()
    elif case == "truncated":
        images.write_bytes(images.read_bytes()[:-1])
    elif case == "too long":
        images.write_bytes(images.read_bytes() + b"\0")
    elif case == "cut gzip":
        labels.write_bytes(labels.read_bytes()[:-20])
    elif case == "floats":
        images.write_bytes(b"\0\0\x0d" + images.read_bytes()[3:])
    elif case == "exchanged":
        images.write_bytes(label_bytes)
    elif case == "no idx":
        images.write_bytes(b"<html>Not found</html>")
    elif case == "counts":
        labels.write_bytes(idx(np.zeros(249, dtype=np.uint8)))


def test_a_table_without_a_test_part_is_divided(parts, tmp_path):
    """A CSV is trained on with a share of it as the test part; the record says so, and the same command goes on."""
    rows = [",".join(map(str, (label, *image.ravel()))) for image, label in zip(parts[0], parts[1], strict=True)]
    (tmp_path / "train.csv").write_text("\n".join(["label," + ",".join(f"p{n}" for n in range(784)), *rows]) + "\n")
    asked = (*RUN, "--architectures", "linear", "--dataset", "train.csv")
    assert "has no test images" in refusal(run_here(*asked, cwd=tmp_path))
    for _ in range(2):
        done = run_here(*asked, "--test-share", "0.2", cwd=tmp_path)
        assert done.returncode == 0, done
        assert "Data: 50 images, 0.2 of each class, were taken for the test" in done.stderr
    (record,) = (msgspec.json.decode(line) for line in (tmp_path / "out" / "results.jsonl").read_bytes().splitlines())
    assert record["spec"]["data"]["source"] == f"{tmp_path / 'train.csv'}#test-share=0.2"
    assert record["spec"]["data"]["train_size"] == 200
    assert record["spec"]["data"]["test_size"] == 50


def test_the_readers_are_listed(tmp_path):
    """`list readers` has a line for each format that is read."""
    done = run_here("list", "readers", cwd=tmp_path)
    assert all(f"\n{name} " in f"\n{done.stdout}" for name in ("idx", "emnist", "csv", "huggingface", "folders"))


DAMAGES = {
    "missing": [NAMES[0], "lacks"],
    "truncated": [NAMES[0], "truncated"],
    "too long": [NAMES[0], "too long"],
    "cut gzip": [f"{NAMES[1]}.gz", "damaged"],
    "floats": [NAMES[0], "32-bit float", "unsigned byte"],
    "exchanged": [NAMES[0], "dimensions"],
    "no idx": [NAMES[0], "is a web page: the download failed"],
    "counts": ["250 images", "249 labels"],
}


@pytest.mark.parametrize(("case", "words"), DAMAGES.items(), ids=DAMAGES)
def test_damaged_idx_files_are_named(folder, tmp_path, case, words):
    """What is wrong with a folder of IDX files is said with the file's name, before anything is trained."""
    corrupt(folder, case)
    message = refusal(run_here("run", "-b", "numpy", *SMALL, "--dataset", "digits", "-o", "out", cwd=tmp_path))
    assert all(word in message for word in words), message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x_train": np.zeros((9, 28, 28), np.uint8)}, ["lacks y_train, x_test, y_test", "holds x_train"]),
        ({"x_train": np.zeros((9, 28, 28))}, ["y_train"]),
        ({}, ["holds nothing"]),
    ],
    ids=["one key", "floats and one key", "empty"],
)
def test_npz_without_its_keys_is_refused(tmp_path, arrays, words):
    """An .npz file that lacks arrays is refused with their names and those that it holds."""
    np.savez(tmp_path / "digits.npz", **arrays)
    message = refusal(run_here("run", "-b", "numpy", *SMALL, "--dataset", "digits.npz", cwd=tmp_path))
    assert all(word in message for word in words), message


def test_npz_of_other_images_is_refused(parts, tmp_path):
    """Images of another size or type are refused with their shape, and so is a file that is no .npz."""
    arrays = dict(zip(("x_train", "y_train", "x_test", "y_test"), parts, strict=True))
    np.savez(tmp_path / "large.npz", **arrays | {"x_train": np.zeros((250, 32, 32), np.uint8)})
    np.savez(tmp_path / "floats.npz", **arrays | {"x_train": arrays["x_train"] / 255})
    (tmp_path / "text.npz").write_text("no archive")
    for name, word in (("large", "[32, 32]"), ("floats", "float64"), ("text", "damaged")):
        message = refusal(run_here("run", "-b", "numpy", *SMALL, "--dataset", f"{name}.npz", cwd=tmp_path))
        assert f"{name}.npz" in message
        assert word in message
