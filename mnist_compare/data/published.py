"""Data sets that `fetch` downloads: where they are, and the checksums that their publishers, or torchvision, give."""

from typing import NamedTuple


class PublishedSet(NamedTuple):
    """What it is, the addresses of the folders that have its files, and the MD5 of each file."""

    title: str
    mirrors: tuple[str, ...]
    files: dict[str, str]
    megabytes: int


def _four(*checksums: str) -> dict[str, str]:
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    return {f"{name}-ubyte.gz": checksum for name, checksum in zip(names, checksums, strict=True)}


PUBLISHED = {
    "fashion-mnist": PublishedSet(
        "Fashion-MNIST: 70,000 pieces of clothing in 10 classes",
        (
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ),
        _four(
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
        31,
    ),
    "kmnist": PublishedSet(
        "KMNIST: 70,000 Japanese signs in 10 classes",
        ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        _four(
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        ),
        21,
    ),
    "qmnist": PublishedSet(
        "QMNIST: MNIST made again from its sources, with 60,000 test images",
        ("https://raw.githubusercontent.com/facebookresearch/qmnist/master/",),
        {
            "qmnist-train-images-idx3-ubyte.gz": "ed72d4157d28c017586c42bc6afe6370",
            "qmnist-train-labels-idx2-int.gz": "0058f8dd561b90ffdd0f734c6a30e5e4",
            "qmnist-test-images-idx3-ubyte.gz": "1394631089c404de565df7b7aeaf9412",
            "qmnist-test-labels-idx2-int.gz": "5b5b05890a5e13444e108efe57b788aa",
        },
        20,
    ),
    "emnist": PublishedSet(
        "EMNIST: handwritten letters and digits in six splits",
        ("https://biometrics.nist.gov/cs_links/EMNIST/",),
        {"gzip.zip": "58c8d27c78d21e728a6bc7b3cc06412e"},
        562,
    ),
}
