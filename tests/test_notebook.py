"""The notebook of the documentation runs, and shows what it says."""

import json
import sys
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[1] / "docs" / "comparison.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The cells of code after they were executed in an empty folder, by the Python of the tests."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    kernel = pytest.importorskip("jupyter_client.kernelspec").KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        language="python",
        env={"MPLBACKEND": "agg"},  # set where figures go into files; a notebook shows them all the same
    )
    folder = tmp_path_factory.mktemp("notebook")
    client = nbclient.NotebookClient(
        nbformat.read(NOTEBOOK, as_version=4), timeout=120, resources={"metadata": {"path": str(folder)}}
    )
    client.create_kernel_manager()
    client.km._kernel_spec = kernel
    client.execute()
    return folder, [cell for cell in client.nb.cells if cell.cell_type == "code"]


def shown(cell, kind):
    """What a cell shows of this kind, all of it together."""
    return "".join(output["data"][kind] for output in cell.outputs if kind in output.get("data", {}))


def test_the_notebook_runs_and_shows_the_comparison(executed):
    """Its cells show the claims of the comparison, its epochs, a figure, and the same accuracies once it is opened."""
    folder, (first, table, figure, again) = executed
    assert '<div class="mnist-compare">' in shown(first, "text/html")
    assert "numpy alone has trained to the end" in shown(first, "text/html")
    assert "test_accuracy" in shown(table, "text/html")
    assert shown(figure, "image/png")
    assert "<Record numpy mlp seed 1: done, test accuracy " in shown(again, "text/plain")
    assert (folder / "notebook-comparison" / "report.html").exists()


def test_the_notebook_is_kept_without_outputs():
    """What is in version control are the cells, not what one machine made of them."""
    cells = [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]
    assert len(cells) == 4
    assert not [cell for cell in cells if cell["outputs"] or cell["execution_count"]]
