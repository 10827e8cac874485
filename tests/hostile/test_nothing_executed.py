"""No file of data is ever a program: what could execute one is not in the code, but for the places named here."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(path for top in ("mnist_compare", "backends") for path in (ROOT / top).rglob("*.py"))

MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml", "runpy", "code", "ctypes"}
BUILTINS = {"eval", "exec", "compile", "__import__"}
LOADERS = {
    *("torch.load", "torch.jit.load", "torch.hub.load", "paddle.load", "paddle.jit.load", "np.load", "numpy.load"),
    *("keras.models.load_model", "keras.saving.load_model", "tf.saved_model.load", "pd.read_pickle", "pd.eval"),
    *("os.system", "os.popen", "os.execv", "os.execvp", "os.startfile"),
}
OPTIONS = {("allow_pickle", True), ("shell", True), ("weights_only", False), ("safe_mode", False)}

ALLOWED = {
    ("mnist_compare/worker/process.py", "subprocess"): "starts the program's own worker, a fixed command",
    ("mnist_compare/export/onnx/runtime.py", "subprocess"): "has ONNX Runtime compute, a fixed command",
    ("backends/mnist_compare_torch/model_files.py", "torch.load"): "with weights_only, which builds tensors alone",
    ("backends/mnist_compare_keras/model_files.py", "keras.saving.load_model"): "in Keras's safe mode",
    ("backends/mnist_compare_keras/model_files.py", "tf.saved_model.load"): "a file that was just written, to check it",
    ("backends/mnist_compare_paddle/model_files.py", "paddle.jit.load"): "a file that was just written, to check it",
    ("backends/mnist_compare_paddle/model_files.py", "pickle"): "an unpickler that builds arrays alone",
    ("mnist_compare/host/gpus.py", "subprocess"): "asks nvidia-smi, a fixed command",
    ("mnist_compare/interpreters/asking.py", "subprocess"): "asks an interpreter that the user names, a fixed command",
    ("mnist_compare/interpreters/creation.py", "subprocess"): "runs venv and pip for `envs create`",
    ("mnist_compare/host/checkout.py", "subprocess"): "asks git for the commit of the package's own folder",
    ("mnist_compare/__init__.py", "import_module"): "imports what __all__ offers, by a table of its own",
    ("mnist_compare/host/processes.py", "subprocess"): "ends processes, and says how they are to be started",
    ("mnist_compare/cluster/connection.py", "import_module"): "imports Ray, which an extra installs",
    ("mnist_compare/worker/job.py", "import_module"): "imports a job, which the program itself has named",
    ("mnist_compare/cli/__init__.py", "import_module"): "imports a command, by a table of its own",
    ("mnist_compare/backend.py", "import_module"): "imports a backend, which an installed package names",
    ("mnist_compare/io/extensions.py", "import_module"): "imports an extension, which an installed package names",
}


def dotted(node):
    """The expression a.b.c as "a.b.c"; "" for any other."""
    if isinstance(node, ast.Name):
        return node.id
    inner = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{inner}.{node.attr}" if inner else ""


def dangers(tree):
    """The name of everything in the code that could execute data, or another program."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(node.module)]
            yield from (name for name in names if name.partition(".")[0] in MODULES | {"subprocess"})
        elif isinstance(node, ast.Call):
            name = dotted(node.func)
            if name in BUILTINS | LOADERS or name.rpartition(".")[2] == "import_module":
                yield name.rpartition(".")[2] if "import_module" in name else name
            for option in node.keywords:
                if isinstance(option.value, ast.Constant) and (option.arg, option.value.value) in OPTIONS:
                    yield f"{option.arg}={option.value.value}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_executes_data(path):
    """No module unpickles, evaluates or runs what a file holds."""
    name = path.relative_to(ROOT).as_posix()
    found = {danger for danger in dangers(ast.parse(path.read_text())) if (name, danger) not in ALLOWED}
    assert not found


def test_every_exception_is_still_needed():
    """What is allowed here is what the code does: an exception that nobody needs any more is taken off the list."""
    used = {
        (path.relative_to(ROOT).as_posix(), danger) for path in FILES for danger in dangers(ast.parse(path.read_text()))
    }
    assert ALLOWED.keys() == used


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from marshal import loads",
        "eval(text)",
        "__import__(name)",
        "np.load(path)",
        "torch.load(path)",
        "np.lib.format.read_array(file, allow_pickle=True)",
        "subprocess.run(command, shell=True)",
        "os.system(command)",
        "importlib.import_module(name)",
    ],
)
def test_what_would_be_found(text):
    """The search finds what it is for."""
    assert list(dangers(ast.parse(text)))
