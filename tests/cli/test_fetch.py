"""`fetch` downloads what was asked for, from an address that it names, and verifies it."""

import threading
from functools import partial
from hashlib import md5
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from command_line import run_here
from idx_files import assert_same, small_arrays, write_folder

from mnist_compare.data import load_dataset
from mnist_compare.data.published import PUBLISHED, PublishedSet

pytest.importorskip("pooch")


def refusal(result):
    """The error, which comes below what was said of the downloads."""
    assert result.returncode == 2, result.stderr
    lines = result.stderr.splitlines()
    return " ".join(lines[next(place for place, line in enumerate(lines) if line.startswith("Error:")) :])


@pytest.fixture
def served(tmp_path, monkeypatch):
    """The address of a server on this machine with the files of a small set, and what it was asked for."""
    folder = write_folder(tmp_path / "served", small_arrays(), compressed=True)
    files = {path.name: md5(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    monkeypatch.setitem(PUBLISHED, "kmnist", PublishedSet("A small set", ("http://127.0.0.1:9/gone/",), files, 1))
    asked = []

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            asked.append(self.path)

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked, folder
    server.shutdown()
    server.server_close()


def test_a_set_is_fetched_once(tmp_path, served):
    """The files are downloaded, named one by one, and verified; a second time nothing is downloaded."""
    address, asked, _ = served
    done = run_here("fetch", "kmnist", "--output", "got", "--mirror", address, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(f"Downloading {address}/") == 4
    assert_same(load_dataset(tmp_path / "got"), small_arrays())
    assert len(asked) == 4
    again = run_here("fetch", "kmnist", "--output", "got", "--mirror", address, cwd=tmp_path)
    assert again.returncode == 0
    assert again.stderr.count("is there already") == 4
    assert len(asked) == 4


def test_another_file_than_published(tmp_path, served):
    """What does not have the published checksum is refused, and does not stay."""
    address, _, folder = served
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"<html></html>")
    told = refusal(run_here("fetch", "kmnist", "--output", "got", "--mirror", address, cwd=tmp_path))
    assert "does not match the known hash" in told
    assert not (tmp_path / "got" / "train-images-idx3-ubyte.gz").exists()


def test_a_mirror_that_is_no_address(tmp_path):
    """A mirror without http:// is refused as it is written, before anything is made or asked."""
    told = refusal(run_here("fetch", "kmnist", "--output", "got", "--mirror", "notaurl", cwd=tmp_path))
    assert "--mirror takes an address that begins with http:// or https:// (it is 'notaurl')." in told
    assert not (tmp_path / "got").exists()


def test_no_network(tmp_path, served):
    """Where no address answers, each is named with what happened, and what to do is said."""
    told = refusal(run_here("fetch", "kmnist", "--output", "got", cwd=tmp_path))
    assert "http://127.0.0.1:9/gone/t10k-images-idx3-ubyte.gz: " in told
    assert "no network" in told
    assert "Unknown data set to fetch 'kmnits'. Did you mean 'kmnist'" in refusal(
        run_here("fetch", "kmnits", cwd=tmp_path)
    )
