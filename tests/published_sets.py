"""Small data sets in the formats of their publishers, byte for byte, and what a reader must find in them."""

import gzip
import io
import json
import struct
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from idx_files import NAMES, idx_bytes, write_folder
from PIL import Image
from scipy.io import savemat

LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Published(NamedTuple):
    """A source, and the arrays and names that it stands for."""

    source: str
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray | None = None
    test_labels: np.ndarray | None = None
    class_names: tuple = ()
    said: str = ""
    validation_labels: np.ndarray | None = None


def images(number, *shape, seed=0):
    return np.random.default_rng((seed, number)).integers(0, 256, (number, *shape), dtype=np.uint8)


def labels(number, classes=10):
    return np.arange(number) % classes


def four(*shape, classes=10):
    return images(30, *shape), labels(30, classes), images(20, *shape, seed=1), labels(20, classes)


def bytes_of(arrays):
    return [each.astype(np.uint8) for each in arrays]


def torchvision(folder):
    """The root of a torchvision set: raw/ has the packed files and the plain ones."""
    arrays = four(28, 28)
    raw = folder / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for compressed in (True, False):
        write_folder(raw, bytes_of(arrays), compressed=compressed)
    return Published(str(folder), *arrays)


def keras_folder(folder):
    """~/.keras/datasets/fashion-mnist, from two levels above."""
    arrays = four(28, 28)
    inner = folder / "datasets"
    inner.mkdir()
    write_folder(inner / "fashion-mnist", bytes_of(arrays), compressed=True)
    return Published(str(folder), *arrays)


def keras_npz(folder):
    """~/.keras/datasets, which holds mnist.npz."""
    arrays = four(28, 28)
    keys = ("x_train", "y_train", "x_test", "y_test")
    np.savez_compressed(folder / "mnist.npz", **dict(zip(keys, bytes_of(arrays), strict=True)))
    return Published(str(folder), *arrays)


def paddle(folder):
    """~/.cache/paddle, from above its dataset/mnist."""
    arrays = four(28, 28)
    (folder / "dataset").mkdir()
    write_folder(folder / "dataset" / "mnist", bytes_of(arrays), compressed=True)
    return Published(str(folder), *arrays)


def kaggle_folders(folder):
    """Each file in a folder of its own name, as Kaggle unpacks them."""
    arrays = four(28, 28)
    for name, array in zip(NAMES, bytes_of(arrays), strict=True):
        (folder / name).mkdir()
        (folder / name / name).write_bytes(idx_bytes(array))
    return Published(str(folder), *arrays)


def emnist(folder):
    """The split letters: labels from 1, images lying on their side, and another split beside it."""
    arrays = four(28, 28, classes=26)
    raw = folder / "EMNIST" / "raw"
    raw.mkdir(parents=True)
    for split, first in (("letters", 1), ("digits", 0)):
        for part, pixels, classes in (("train", *arrays[:2]), ("test", *arrays[2:])):
            turned = np.ascontiguousarray(pixels.transpose(0, 2, 1))
            numbers = (classes % (26 if first else 10) + first).astype(np.uint8)
            for kind, array in (("images-idx3", turned), ("labels-idx1", numbers)):
                path = raw / f"emnist-{split}-{part}-{kind}-ubyte.gz"
                path.write_bytes(gzip.compress(idx_bytes(array), 1))
    return Published(f"{raw}#split=letters", *arrays, LETTERS, "turned upright")


def qmnist(folder):
    """Labels of eight 32-bit columns: digit, series, writer, and so on."""
    arrays = four(28, 28)
    for part, pixels, digits in (("train", *arrays[:2]), ("test", *arrays[2:])):
        table = np.column_stack([digits, *(digits * 1000 + column for column in range(7))]).astype(">i4")
        (folder / f"qmnist-{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(pixels)))
        content = struct.pack(">BBBBII", 0, 0, 0x0C, 2, *table.shape) + table.tobytes()
        (folder / f"qmnist-{part}-labels-idx2-int.gz").write_bytes(gzip.compress(content))
    return Published(str(folder), *arrays)


def kuzushiji49(folder):
    """Four .npz files of one array, and the map of the classes."""
    arrays = four(28, 28, classes=10)
    names = ("train-imgs", "train-labels", "test-imgs", "test-labels")
    for name, array in zip(names, bytes_of(arrays), strict=True):
        np.savez_compressed(folder / f"k49-{name}.npz", array)
    signs = "あいうえおかきくけこ"
    lines = [f"{number},U+{ord(sign):04X},{sign}" for number, sign in enumerate(signs)]
    (folder / "k49_classmap.csv").write_text("\n".join(["index,codepoint,char", *lines]) + "\n", encoding="utf-8")
    return Published(str(folder), *arrays, tuple(signs))


def medmnist(folder):
    """pathmnist.npz: three parts, images with the colours last, labels [N, 1]."""
    train, test, val = images(30, 28, 28, 3), images(20, 28, 28, 3, seed=1), images(12, 28, 28, 3, seed=2)
    numbers = [labels(len(each), 9).astype(np.uint8)[:, None] for each in (train, val, test)]
    np.savez_compressed(
        folder / "pathmnist.npz",
        train_images=train,
        val_images=val,
        test_images=test,
        train_labels=numbers[0],
        val_labels=numbers[1],
        test_labels=numbers[2],
    )
    first = [np.moveaxis(each, 3, 1) for each in (train, test)]
    return Published(
        str(folder / "pathmnist.npz"), first[0], labels(30, 9), first[1], labels(20, 9), validation_labels=labels(12, 9)
    )


def kaggle_csv(folder):
    """train.csv of Kaggle's Digit Recognizer, with its test.csv that has no labels."""
    pixels, digits = images(30, 28, 28), labels(30)
    head = ",".join(f"pixel{number}" for number in range(784))
    rows = [",".join(map(str, (digit, *each.ravel()))) for digit, each in zip(digits, pixels, strict=True)]
    (folder / "train.csv").write_text(f"label,{head}\n" + "\n".join(rows) + "\n")
    blank = "\n".join(",".join(["0"] * 784) for _ in range(5))
    (folder / "test.csv").write_text(f"{head}\n{blank}\n")
    return Published(str(folder / "train.csv"), pixels, digits, said="test.csv has no column of labels")


def csv_without_names(folder):
    """mnist_train.csv and mnist_test.csv without names of columns, packed."""
    arrays = four(28, 28)
    for part, pixels, digits in (("train", *arrays[:2]), ("test", *arrays[2:])):
        rows = [",".join(map(str, (digit, *each.ravel()))) for digit, each in zip(digits, pixels, strict=True)]
        (folder / f"mnist_{part}.csv.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    return Published(str(folder), *arrays)


def csv_of_words(folder):
    """A table with Windows' line ends, semicolons, quotes, and words for labels in its last column."""
    pixels, numbers = images(12, 8, 8), labels(12, 3)
    names = ("ball", "cup", "dog")
    rows = [
        ";".join([*map(str, each.ravel()), f'"{names[number]}"']) for number, each in zip(numbers, pixels, strict=True)
    ]
    head = ";".join([*(f'"p{number}"' for number in range(64)), '"class"'])
    (folder / "things.csv").write_bytes(("\ufeff" + "\r\n".join([head, *rows]) + "\r\n").encode())
    return Published(str(folder / "things.csv"), pixels, numbers, class_names=names)


def hugging_face(names, image):
    """The metadata that the library `datasets` writes into a schema."""
    features = {"image": image, "label": {"names": list(names), "_type": "ClassLabel"}}
    return {"huggingface": json.dumps({"info": {"features": features}})}


def png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def image_table(pixels, numbers, names):
    values = [{"bytes": png(each), "path": None} for each in pixels]
    kind = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    schema = pa.schema({"image": kind, "label": pa.int64()}, hugging_face(names, {"_type": "Image"}))
    return pa.table({"image": pa.array(values, kind), "label": pa.array(numbers)}, schema=schema)


def parquet(folder):
    """A repository of Hugging Face: a folder of the configuration with shards of each split."""
    arrays = four(28, 28, classes=10)
    names = tuple("abcdefghij")
    inner = folder / "mnist"
    inner.mkdir()
    halves = (("00000", slice(0, 15)), ("00001", slice(15, 30)))
    for number, part in halves:
        table = image_table(arrays[0][part], arrays[1][part], names)
        pq.write_table(table, inner / f"train-{number}-of-00002.parquet")
    pq.write_table(image_table(arrays[2], arrays[3], names), inner / "test-00000-of-00001.parquet")
    return Published(str(folder), *arrays, names)


def arrow(folder):
    """What `save_to_disk` leaves: a folder for each split, with a stream of Arrow in it."""
    arrays = four(28, 28, classes=10)
    names = tuple("abcdefghij")
    (folder / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    for part, pixels, numbers in (("train", *arrays[:2]), ("test", *arrays[2:])):
        inner = folder / part
        inner.mkdir()
        table = image_table(pixels, numbers, names)
        with (
            pa.OSFile(str(inner / "data-00000-of-00001.arrow"), "wb") as file,
            pa.ipc.new_stream(file, table.schema) as to,
        ):
            to.write_table(table)
        (inner / "state.json").write_text("{}")
    return Published(str(folder), *arrays, names)


def parquet_of_arrays(folder):
    """Images as lists of lists of pixels, in one file without a test part."""
    pixels, numbers = images(12, 8, 8), labels(12, 3)
    kind = pa.list_(pa.list_(pa.uint8()))
    table = pa.table({"image": pa.array(pixels.tolist(), kind), "label": pa.array(numbers)})
    table = table.replace_schema_metadata(hugging_face("abc", {"shape": [8, 8], "dtype": "uint8", "_type": "Array2D"}))
    pq.write_table(table, folder / "all.parquet")
    return Published(str(folder / "all.parquet"), pixels, numbers, class_names=tuple("abc"))


def cifar10(folder):
    """Five batches and a test batch of 1 + 3,072 bytes, and the names of the classes."""
    pixels, numbers, test, test_numbers = four(3, 32, 32)
    inner = folder / "cifar-10-batches-bin"
    inner.mkdir()
    rows = np.concatenate([numbers.astype(np.uint8)[:, None], pixels.reshape(30, -1)], 1)
    for number in range(5):
        (inner / f"data_batch_{number + 1}.bin").write_bytes(rows[number * 6 : number * 6 + 6].tobytes())
    rows = np.concatenate([test_numbers.astype(np.uint8)[:, None], test.reshape(20, -1)], 1)
    (inner / "test_batch.bin").write_bytes(rows.tobytes())
    names = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
    (inner / "batches.meta.txt").write_text("\n".join(names) + "\n\n")
    (inner / "readme.html").write_text("<html></html>")
    return Published(str(folder), pixels, numbers, test, test_numbers, names)


def cifar100(folder):
    """train.bin and test.bin with a coarse and a fine label before the pixels."""
    arrays = four(3, 32, 32, classes=30)
    for part, pixels, numbers in (("train", *arrays[:2]), ("test", *arrays[2:])):
        both = np.column_stack([numbers % 20, numbers]).astype(np.uint8)
        (folder / f"{part}.bin").write_bytes(np.concatenate([both, pixels.reshape(len(both), -1)], 1).tobytes())
    names = tuple(f"thing_{number}" for number in range(100))
    (folder / "fine_label_names.txt").write_text("\n".join(names) + "\n")
    (folder / "coarse_label_names.txt").write_text("\n".join(names[:20]) + "\n")
    return Published(str(folder), *arrays, names, "the fine one is learned")


def svhn(folder):
    """X [32, 32, 3, N], and y [N, 1] with 10 for the digit 0."""
    arrays = four(3, 32, 32)
    for part, pixels, numbers in (("train", *arrays[:2]), ("test", *arrays[2:])):
        y = np.where(numbers == 0, 10, numbers).astype(np.uint8)[:, None]
        savemat(folder / f"{part}_32x32.mat", {"X": pixels.transpose(2, 3, 1, 0), "y": y}, do_compression=True)
    return Published(str(folder), *arrays, said="made 0")


def image_folder(folder):
    """training/ and testing/ with a folder for each class, named by numbers of which 10 comes behind 9."""
    pixels, numbers, test, test_numbers = four(9, 7, classes=3)
    names = ("2", "9", "10")
    for part, some, classes in (("training", pixels, numbers), ("testing", test, test_numbers)):
        for place, (each, number) in enumerate(zip(some, classes, strict=True)):
            inner = folder / part / names[number]
            inner.mkdir(parents=True, exist_ok=True)
            Image.fromarray(each).save(inner / f"{place:03}.png")
    (folder / "training" / "2" / "notes.txt").write_text("not an image")
    order, test_order = (np.argsort(each, kind="stable") for each in (numbers, test_numbers))
    # Folders come in the order of the letters: 10, 2, 9.
    order, test_order = (
        np.concatenate([each[list_[each] == n] for n in (2, 0, 1)])
        for each, list_ in ((order, numbers), (test_order, test_numbers))
    )
    return Published(
        str(folder),
        pixels[order],
        numbers[order],
        test[test_order],
        test_numbers[test_order],
        names,
        "1 files in",
    )


def colour_folder(folder):
    """A folder for each class, of lossless images in several formats, one of them gray."""
    pixels = images(8, 6, 5, 3)
    pixels[3] = pixels[3][..., :1]
    for place, each in enumerate(pixels):
        inner = folder / ("cat" if place < 4 else "dog")
        inner.mkdir(exist_ok=True)
        image = Image.fromarray(each[..., 0] if place == 3 else each)
        image.save(inner / f"{place}.{('png', 'bmp', 'tiff', 'png')[place % 4]}")
    return Published(str(folder), np.moveaxis(pixels, 3, 1), np.array([0] * 4 + [1] * 4), class_names=("cat", "dog"))


def manifest(folder):
    """A table of image files, with the split of each."""
    arrays = four(8, 8, classes=2)
    (folder / "images").mkdir()
    lines = ["file_name,label,split"]
    for part, pixels, numbers in (("train", *arrays[:2]), ("test", *arrays[2:])):
        for place, (each, number) in enumerate(zip(pixels, numbers, strict=True)):
            Image.fromarray(each).save(folder / "images" / f"{part}{place}.png")
            lines.append(f"images/{part}{place}.png,{'no' if number == 0 else 'yes'},{part}")
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n")
    return Published(str(folder), *arrays, ("no", "yes"))


PUBLISHED = (
    torchvision,
    keras_folder,
    keras_npz,
    paddle,
    kaggle_folders,
    emnist,
    qmnist,
    kuzushiji49,
    medmnist,
    kaggle_csv,
    csv_without_names,
    csv_of_words,
    parquet,
    arrow,
    parquet_of_arrays,
    cifar10,
    cifar100,
    svhn,
    image_folder,
    colour_folder,
    manifest,
)
