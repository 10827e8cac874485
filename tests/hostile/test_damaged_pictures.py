"""The drawings of the page, of records and certificates that hold what none has."""

import json
from xml.etree import ElementTree

import msgspec
import valid_files
from damage import value_damages
from hostile_cases import attempt, cases
from hypothesis import given
from hypothesis import strategies as st

from mnist_compare.certify.certificate import read_certificate
from mnist_compare.records.results import RESULTS_FILE, read_records
from mnist_compare.report.certified import OwnCertificate
from mnist_compare.report.page.pictures import SECTIONS, pictures_of
from mnist_compare.report.statistics import group_runs

REFERENCE = read_records(valid_files.REFERENCE)
RECORDS = [*map(json.loads, valid_files.records()), *map(msgspec.to_builtins, REFERENCE)]
CERTIFICATE = valid_files.certificate()


def check(records, certificates=()):
    """Every picture is XML whose numbers are finite."""
    groups = group_runs(records)
    for section in SECTIONS:
        for picture in pictures_of(section, groups, certificates):
            for svg in (picture.wide, picture.narrow):
                for found in ElementTree.fromstring(str(svg)).iter():
                    numbers = "".join(value for key, value in found.attrib.items() if key != "aria-label")
                    assert "nan" not in numbers
                    assert "inf" not in numbers
    return True


@cases(300)
@given(changed=st.lists(value_damages(*RECORDS), min_size=1, max_size=4))
def test_pictures_of_odd_values(tmp_path, changed):
    """What is read as a record can be drawn."""
    (tmp_path / RESULTS_FILE).write_text("\n".join(map(json.dumps, changed)) + "\n")
    records = attempt("pictures", read_records, tmp_path)
    assert records is None or check(records)


@cases(200)
@given(changed=value_damages(msgspec.to_builtins(CERTIFICATE)))
def test_pictures_of_odd_certificates(tmp_path, changed):
    """What is read as a certificate can be drawn."""
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(changed))
    certificate = attempt("odd certificate", read_certificate, path)
    assert certificate is None or check(REFERENCE, (OwnCertificate(certificate),))
