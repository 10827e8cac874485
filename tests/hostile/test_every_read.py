"""Every place that reads a file knows a limit: whoever adds one adds its limit here, and to the guide."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
READERS = {"open", "safe_open", "open_memmap", "read_bytes", "read_text", "ZipFile", "fromfile", "memmap", "mmap"}
READERS |= {"open_file", "open_stream", "memory_map", "ParquetFile", "loadmat", "whosmat"}

LIMITED = {
    "io/reading.py: path.open": "the limit that the caller names",
    "data/idx.py: path.open": "MAX_BYTES, and at most what gzip can make of the file",
    "data/idx.py: gzip.open": "as above",
    "data/cache.py: path.open": "CHUNK at a time",
    "data/readers/files.py: path.open": "the first bytes alone",
    "data/readers/files.py: gzip.open": "the first bytes alone",
    "data/readers/npz_members.py: zipfile.ZipFile": "MAX_BYTES",
    "data/readers/npz_members.py: archive.open": "MAX_BYTES of all members, and never more than a member says",
    "data/readers/text_lines.py: path.open": "MAX_TEXT_BYTES, line by line of MAX_LINE_BYTES",
    "data/readers/text_lines.py: gzip.open": "as above, unpacked",
    "data/readers/arrow_files.py: pq.ParquetFile": "MAX_BYTES, and twice as many that its metadata announce",
    "data/readers/arrow_files.py: pa.memory_map": "mapped; MAX_BYTES",
    "data/readers/arrow_files.py: pa.ipc.open_file": "as above",
    "data/readers/arrow_files.py: pa.ipc.open_stream": "as above",
    "data/readers/mat.py: whosmat": "MAX_BYTES; names and sizes alone",
    "data/readers/mat.py: loadmat": "MAX_BYTES of X and y, and no more than can be packed in the file",
    "data/readers/pictures.py: Image.open": "MAX_FILE_BYTES, MAX_PIXELS and MAX_SIDE",
    "data/preparation/file.py: Image.open": "MAX_FILE_BYTES, MAX_PIXELS and MAX_SIDE",
    "data/shared.py: path.open": "the first bytes alone; the file has MAX_ARRAY_BYTES at most",
    "data/shared.py: np.lib.format.open_memmap": "mapped and not read; MAX_ARRAY_BYTES",
    "experiment/checkpoint.py: safe_open": "MAX_CHECKPOINT_BYTES, and no array that the network does not have",
    "experiment/checkpoint.py: path.open": "in blocks; the header up to MAX_HEADER_BYTES",
    "experiment/checkpoint.py: mmap.mmap": "mapped, in blocks; MAX_CHECKPOINT_BYTES",
    "runner/last_words.py: log.open": "LAST_BYTES of the program's own log",
    "certify/trace.py: opened": "array by array, of a file that the program's own worker has just written",
    "records/results.py: open": "one record, as long as its line was when the file was read, below MAX_RESULTS_BYTES",
    "io/files.py: path.open": "the end of a file, up to the limit that the caller names",
    "cluster/files.py: np.fromfile": "images and checkpoints that the program itself has written for a job",
    "cluster/files.py: read_bytes": "files that the program's own worker has just written",
    "cluster/slot.py: self._log.open": "what is new in the log of the program's own worker",
    "host/usage.py: read_text": "a file of the system",
    "host/environment.py: cpuinfo.read_text": "a file of the system",
    "host/quota.py: path.read_text": "a file of the system",
    "host/stopwatch.py: read_text": "a file of the system",
    "host/startup.py: open": "a stream that leads nowhere",
    "host/gpus.py: read_text": "a file of the system",
    "host/gpus.py: path.read_text": "a file of the system",
    "interpreters/requirement.py: read_text": "what pip has noted of the installed package",
    "report/page/templates.py: read_text": "a file of the package itself",
    "host/source.py: path.read_bytes": "the source of an installed package",
    "host/source.py: path.read_text": "as above",
    "host/source.py: read_bytes": "as above",
}


def dotted(node):
    inner = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    own = getattr(node, "id", getattr(node, "attr", ""))
    return f"{inner}.{own}" if inner else own


def reads(path):
    """Every call of the file that reads another one; those that only write, or open a folder, are left out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        modes = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        writes = any(str(mode) in ("wb", "ab", "w", "a", "x", "r+b") for mode in modes)
        if (name.rpartition(".")[2] in READERS or name == "opened") and name != "os.open" and not writes:
            yield f"{path.relative_to(ROOT / 'mnist_compare').as_posix()}: {name}"


def test_every_read_has_a_limit():
    """No module reads a file of any size: what reads one is listed with its limit."""
    found = {read for path in (ROOT / "mnist_compare").rglob("*.py") for read in reads(path)}
    assert found == LIMITED.keys()
