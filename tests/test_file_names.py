"""Names of files that are made of labels."""

from mnist_compare.io.file_names import file_stems


def test_labels_become_names_of_files():
    """What a label holds beside letters and digits is a hyphen, and no two labels have one name."""
    found = file_stems(["mlp, lr 0.1", "mlp, lr-0.1", "../x", "MLP, lr 0.1", "层"])
    assert list(found.values()) == ["mlp-lr-0-1", "mlp-lr-0-1-2", "x", "mlp-lr-0-1-3", "network"]


def test_a_long_label_has_a_name_that_a_disk_takes():
    """A label with every range of six augmentations is cut, and still told from one like it."""
    long = "mlp, " + "augmentation rotate 10 to 20, " * 20
    found = file_stems([f"{long}a", f"{long}b"])
    assert len(set(found.values())) == 2
    assert all(len(name) < 100 for name in found.values())
