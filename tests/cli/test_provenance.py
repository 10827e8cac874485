import hashlib
import shlex

import msgspec
import numpy as np
import pytest

from mnist_compare.host.source import source_sha256
from mnist_compare.io.decoding import decode_json
from mnist_compare.records.record import Record
from mnist_compare.records.results import read_records


@pytest.fixture(scope="module")
def records(finished):
    return read_records(finished.folder)


def test_a_record_has_the_command_that_made_it(finished, records):
    """The command of a record is what the user typed, and the report shows it."""
    (command,) = {record.provenance.command for record in records}
    assert shlex.split(command) == ["python", "-m", "mnist_compare", *finished.asked, "--output", "out"]
    assert command in (finished.folder / "report.md").read_text()


def test_a_record_has_the_hashes_of_spec_data_and_code(finished, records):
    """Anybody can compute the hash of a spec from its line; code and data have theirs."""
    for line, record in zip(finished.records, records, strict=True):
        spec = msgspec.json.encode(line["spec"], order="sorted")
        assert record.provenance.spec_sha256 == hashlib.sha256(spec).hexdigest()
        assert len(record.spec.data.fingerprint) == 64
        assert record.provenance.code == {
            name: source_sha256(name) for name in ("mnist_compare", "mnist_compare_numpy")
        }
    assert len({record.provenance.spec_sha256 for record in records}) == len(records)


def test_a_record_says_what_it_ran_on(records):
    """Versions, machine and load of each run are in its record, with the times of its start and end."""
    for record in records:
        assert record.versions["numpy"] == np.__version__
        assert record.machine["cpu"]
        assert record.provenance.load_before >= 0
        assert record.provenance.load_after >= 0
        assert record.started <= record.finished
        assert (record.resumed, record.superseded) == (0, False)


def test_a_record_of_an_older_version_is_read(finished):
    """A record without the fields that were added since is read, and says that it does not know them."""
    line = dict(finished.records[0])
    for name in ("provenance", "resumed", "superseded", "other_cores"):
        del line[name]
    record = decode_json(msgspec.json.encode(line), Record)
    assert (record.provenance, record.resumed, record.superseded) == (None, 0, False)
