"""Who imports whom: the core no framework, a backend no other backend, and `--help` nearly nothing."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from time import perf_counter

import pytest

import mnist_compare

ROOT = Path(__file__).parents[1]
FRAMEWORKS = {"torch", "torchvision", "tensorflow", "keras", "paddle", "jax", "flax", "optax"}
BACKENDS = sorted(path.name for path in (ROOT / "backends").iterdir() if (path / "__init__.py").is_file())

IMPORT_ALL = """
import importlib, pkgutil, sys
import mnist_compare
for module in pkgutil.walk_packages(mnist_compare.__path__, "mnist_compare."):
    if module.name != "mnist_compare.__main__":
        importlib.import_module(module.name)
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    assert name == "mnist_compare_jax" or package.BACKEND.versions() is not None
    if importlib.util.find_spec(f"{name}.source"):
        importlib.import_module(f"{name}.source")
    if importlib.util.find_spec(f"{name}.dataset"):
        importlib.import_module(f"{name}.dataset")
print(*sorted(name for name in sys.modules if "." not in name))
"""


def imported_names(path):
    """The top-level packages that a file imports anywhere, in functions too, and those named in strings it loads."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module":
            names |= {str(a.value).partition(".")[0] for a in node.args if isinstance(a, ast.Constant)}
    return names


def modules_of(root):
    """The files below a source root, by the names of their modules."""
    files = {}
    for path in root.rglob("*.py"):
        parts = path.relative_to(root).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


def imported_modules(path, known):
    """The modules that a file imports anywhere, for its types too; a name of a package is of its __init__ file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module in known:
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield deeper if deeper in known else node.module


def test_no_files_import_each_other_in_a_circle():
    """Whatever file one begins to read, those that it imports can be read before it."""
    files = {name: path for name, path in modules_of(ROOT).items() if name.partition(".")[0] == "mnist_compare"}
    files |= modules_of(ROOT / "backends")
    graph = {name: set(imported_modules(path, files)) - {name} for name, path in files.items()}
    assert sum(map(len, graph.values())) > len(files)
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_no_module_of_the_core_imports_a_framework():
    """After all modules of the core and the light parts of the backends, no framework is in the process."""
    command = [sys.executable, "-c", IMPORT_ALL, *BACKENDS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert {"mnist_compare", *BACKENDS} <= loaded
    assert not loaded & FRAMEWORKS


@pytest.mark.parametrize("path", sorted((ROOT / "mnist_compare").rglob("*.py")), ids=lambda path: path.stem)
def test_the_core_names_no_framework_and_no_backend(path):
    """No line of the core, in a function either, imports a framework or a backend: they are found by entry point."""
    assert not imported_names(path) & {*FRAMEWORKS, *BACKENDS}


@pytest.mark.parametrize("name", BACKENDS)
def test_no_backend_imports_another(name):
    """Each backend works where it is the only one that is installed: it imports its own framework and the core."""
    own = {"torch", "torchvision"} if name.endswith("torch") else {"keras", "tensorflow"}
    own = {"paddle"} if name.endswith("paddle") else set() if name.endswith(("numpy", "jax")) else own
    found = set().union(*(imported_names(path) for path in (ROOT / "backends" / name).rglob("*.py")))
    assert "mnist_compare" in found
    assert not found & ({*BACKENDS} - {name})
    assert found & FRAMEWORKS <= own


def test_everything_that_is_offered_is_there():
    """Every name of `mnist_compare.__all__` can be taken from it; another name is an AttributeError."""
    for name in mnist_compare.__all__:
        assert getattr(mnist_compare, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = mnist_compare.nonsense


def seconds_to_first_byte(*arguments):
    begin = perf_counter()
    with subprocess.Popen([sys.executable, "-m", "mnist_compare", *arguments], stdout=subprocess.PIPE) as process:
        assert process.stdout.read(1)
        seconds = perf_counter() - begin
        process.stdout.read()
    assert process.returncode == 0
    return seconds


def test_help_answers_at_once():
    """`--help` begins to answer within half a second."""
    assert min(seconds_to_first_byte("--help") for _ in range(3)) < 0.5
