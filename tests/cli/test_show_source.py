"""`show --source`: a network as a program of one framework, or of all side by side."""

from command_line import run_here


def test_show_source(tmp_path):
    """It prints a program, writes it to a file, and writes over nothing."""
    printed = run_here("show", "mlp", "--source", "torch", cwd=tmp_path)
    assert printed.returncode == 0, printed.stderr
    written = run_here("show", "mlp", "--source", "pytorch", "--output", "mlp.py", cwd=tmp_path)
    assert written.returncode == 0, written.stderr
    assert (tmp_path / "mlp.py").read_text() == printed.stdout
    again = run_here("show", "mlp", "--source", "torch", "--output", "mlp.py", cwd=tmp_path)
    assert again.returncode == 2
    assert "mlp.py exists, and is not written over" in again.stderr


def test_all_sources_are_a_page(tmp_path):
    """`--source all` writes a page that is named by the network."""
    done = run_here("show", "mlp", "--source", "all", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "mlp-sources.html").read_text().startswith("<!doctype html>")


def test_options_of_sources_need_it(tmp_path):
    """A recipe for a table of layers is an error, and so is a recipe that does not go with the network."""
    wrong = run_here("show", "mlp", "--recipe", "cnn", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "are for --source" in wrong.stderr
    misfit = run_here("show", "mlp", "--source", "torch", "--recipe", "linear", cwd=tmp_path)
    assert misfit.returncode == 2
    assert "needs an architecture with output" in misfit.stderr
