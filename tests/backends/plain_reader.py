"""Loads the models of a folder by the framework's own functions, in a process that has no mnist_compare.

    python -I plain_reader.py FRAMEWORK FOLDER

Leaves the logits of each in read.npz, and in read.json what it saw.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

import numpy as np

FRAMEWORK, FOLDER = sys.argv[1], Path(sys.argv[2])


class Hidden:
    """Nothing of mnist_compare can be imported."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith("mnist_compare"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main():
    sys.meta_path.insert(0, Hidden)
    sys.path.append(str(Path(__file__).parent))
    framework = import_module(f"plain_{FRAMEWORK}")
    ways = {"": framework.load, "/whole": getattr(framework, "load_whole", None)}
    found, facts = {}, {"packages": importable()}
    with np.load(FOLDER / "written.npz") as written:
        for name in json.loads((FOLDER / "written.json").read_text())["networks"]:
            for way, load in ways.items():
                if load:
                    model = load(name, FOLDER / f"{name}{framework.SUFFIX}")
                    found[name + way] = framework.logits(model, written[f"images/{name}"])
            if name == "convnet":
                facts["losses"] = framework.train(model, written["images/convnet"], written["labels"])
    facts["packages"] += [name for name in sys.modules if name.startswith("mnist_compare")]
    np.savez(FOLDER / "read.npz", **found)
    (FOLDER / "read.json").write_text(json.dumps(facts))


def importable():
    names = []
    for name in ("mnist_compare", f"mnist_compare_{FRAMEWORK}"):
        try:
            import_module(name)
        except ModuleNotFoundError:
            continue
        names.append(name)
    return names


if __name__ == "__main__":
    main()
