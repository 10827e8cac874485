"""What the classes of a data set are called, where they have names."""

from collections.abc import Sequence
from pathlib import Path

from mnist_compare.errors import DataError
from mnist_compare.io.reading import read_utf8
from mnist_compare.recipe.recipe import MAX_CLASSES

CLASSES_FILE = "classes.txt"
"""One name in a line, that of label 0 first."""
MOST_LETTERS = 60
MAX_BYTES = 300_000

ClassNames = tuple[str, ...]
"""One name for each class, or none."""

FASHION_MNIST: ClassNames = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""Those of Fashion-MNIST, by Han Xiao, Kashif Rasul and Roland Vollgraf."""


def check_class_names(where: str, names: Sequence[str]) -> ClassNames:
    """The names without the blanks around them; raises DataError unless there are 2 to 1,000, or none, that can be
    shown.
    """
    found = tuple(name.strip() for name in names)
    if found and not 2 <= len(found) <= MAX_CLASSES:
        raise DataError(
            f"{where}: the number of class names is {len(found):,}, where 2 to {MAX_CLASSES:,} are valid: one for each "
            "label."
        )
    wrong = [label for label, name in enumerate(found) if not name or not name.isprintable()]
    if wrong:
        raise DataError(f"{where}: the name of class {wrong[0]} is empty, or has characters that cannot be shown.")
    if long := [label for label, name in enumerate(found) if len(name) > MOST_LETTERS]:
        raise DataError(f"{where}: the name of class {long[0]} is longer than {MOST_LETTERS} letters.")
    if len(set(found)) < len(found):
        raise DataError(f"{where}: two classes have the same name. Give each one of its own.")
    return found


def read_class_names(folder: Path) -> ClassNames:
    """The names in the folder's file of classes; none where there is no such file. Raises DataError where it is
    damaged.
    """
    path = folder / CLASSES_FILE
    try:
        text = read_utf8(path, MAX_BYTES).decode()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}. Mend it, or take it away.") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is no text in UTF-8. Write one name in a line.") from None
    return check_class_names(str(path), text.strip().splitlines())
