"""The report as one HTML page: whole in itself, safe whatever the records hold, and the same for the same records."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from time import perf_counter

import pytest
from msgspec.structs import replace
from synthetic_certificates import certify, own
from synthetic_records import make_record

from mnist_compare.records.provenance import Provenance
from mnist_compare.records.record import Status
from mnist_compare.report import write_report
from mnist_compare.report.page.page import report_page

COMMAND = "python -m mnist_compare --backends torch,keras"
HOSTILE = "<script>alert(1)</script>\"' onload=x <!-- {{ 7*7 }} ]]> \x00\x1b[2J \u202e" + "x" * 120
VOID = {"meta", "link", "br", "img", "input", "hr", "col", "use", "path", "circle", "rect", "line"}


class Document(HTMLParser):
    """What stands in a page: its elements with their attributes, its sections, texts and badges."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self._open = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append((tag, dict(attributes)))

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for tag, attributes in self._open:
            for name in {tag, attributes.get("id")}:
                self.texts[name] = f"{self.texts.get(name, '')} {data}"

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def made(record, command=COMMAND):
    """The record as that command made it."""
    return replace(record, provenance=Provenance(command, "0" * 64, {}, load_before=0.0))


RECORDS = [
    made(make_record(name, seed=seed, seconds=s)) for name, s in (("torch", 2.0), ("keras", 1.0)) for seed in (0, 1)
]


def test_every_section_is_there_in_its_order():
    """A reader finds the verdict first, then the summary, and the provenance at the end."""
    page = Document(report_page(RECORDS, own(certify())))
    sections = [attributes["id"] for attributes in page.all("section")]
    assert sections[:5] == ["verdict", "summary", "certificate", "accuracy", "speed"]
    assert sections[-5:] == ["resources", "caveats", "runs", "setup", "provenance"]
    assert [link["href"][1:] for link in page.all("a")][1:] == sections


def test_the_page_asks_for_nothing():
    """No address leads out of the page, in no attribute and no style."""
    text = report_page(RECORDS, own(certify()))
    for tag, attributes in Document(text).elements:
        for name in ("src", "href", "xlink:href", "action", "srcset", "data", "poster", "background"):
            assert (attributes.get(name) or "#").startswith(("#", "data:")), (tag, attributes)
        assert "style" not in attributes, (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in text
    assert "@import" not in text
    assert not re.search(r"https?://(?!www\.w3\.org)", text)


def test_the_policy_allows_the_pages_own_style_and_script_alone():
    """The content security policy names the hashes of what stands in the page, and nothing else."""
    text = report_page(RECORDS)
    (policy,) = [found["content"] for found in Document(text).all("meta") if "http-equiv" in found]
    allowed = dict(part.split(" ", 1) for part in policy.split("; "))
    assert allowed["default-src"] == "'none'"
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert allowed[directive] == f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
    assert text.index("Content-Security-Policy") < text.index("<style>")


def test_names_and_reasons_are_text_and_nothing_else():
    """A name, a reason or a command in markup shows as it is written, and controls are taken away."""
    name = HOSTILE[:200]
    failed = make_record("torch", seed=1, status=Status.FAILED, reason=HOSTILE, epochs=0)
    spec = replace(failed.spec, backend=name, architecture=replace(failed.spec.architecture, name=name))
    odd = replace(
        made(failed, f"{COMMAND} {HOSTILE}"),
        backend=name,
        architecture=name,
        spec=spec,
        machine={"cpu": HOSTILE, HOSTILE: HOSTILE},
        versions={HOSTILE: HOSTILE},
    )
    done = replace(
        odd, key="done", status=Status.DONE, test_accuracy=0.5, train_seconds=1.0, history=RECORDS[0].history
    )
    text = report_page([*RECORDS, odd, done])
    page = Document(text)
    assert len(page.all("script")) == 1
    assert "<script>alert" not in text
    assert "\x00" not in text
    assert "\u202e" not in text
    assert "49" not in page.texts["caveats"] or "7*7" in page.texts["caveats"]
    assert "<script>alert(1)</script>" in page.texts["main"]
    assert not [found for _, found in page.elements if "onload" in found]


def test_only_commands_of_the_program_are_offered_to_be_copied():
    """A command from a record that would start something else is shown where it was given, and never as advice."""
    evil = [made(record, f"{COMMAND}; rm -rf /") for record in RECORDS]
    caveats = Document(report_page(evil)).texts["caveats"]
    assert "rm -rf" not in caveats
    assert f"{COMMAND} --seeds 0-5" in Document(report_page(RECORDS)).texts["caveats"]


def test_the_command_for_further_seeds_goes_into_the_same_folder():
    """A command that names its folder adds them there; one that made no report is offered as one that does."""
    named = [made(record, f"{COMMAND} --output out --no-report") for record in RECORDS]
    assert f"{COMMAND} --output out --seeds 0-5" in Document(report_page(named)).texts["caveats"]


def test_the_same_records_give_the_same_page(tmp_path):
    """A page that is made again shows no difference in version control."""
    assert report_page(RECORDS, own(certify())) == report_page(list(RECORDS), own(certify()))
    write_report(tmp_path, RECORDS)
    assert (tmp_path / "report.html").read_text() == report_page(RECORDS)


def test_tables_can_be_read_by_ear_and_reached_by_keyboard():
    """Every table has a caption and heads with a scope, in a named group that scrolls with the keys."""
    page = Document(report_page(RECORDS, own(certify())))
    tables, groups = page.all("table"), [found for found in page.all("div") if found.get("role") == "group"]
    assert len(tables) == len(page.all("caption")) == len(groups) > 8
    assert all(found["aria-label"] and found["tabindex"] == "0" for found in groups)
    assert all(found.get("scope") in ("col", "row") for found in page.all("th"))
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("main")) == len(page.all("h1")) == 1


def badges(records, *certificates):
    """The badges of the three sentences, in their order."""
    text = report_page(records, own(*certificates))
    verdict = text[text.index('id="verdict"') : text.index("</ol></section>")]
    return re.findall(r'<span class="badge \w+">(.*?)</span>', verdict)


@pytest.mark.parametrize(
    ("records", "certificates", "expected"),
    [
        (RECORDS, (), ["not decided", "not decided", "claimed"]),
        (RECORDS, (certify(),), ["claimed", "not decided", "claimed"]),
        (RECORDS, (certify(apart=[("torch", "keras")]),), ["not so", "not decided", "not decided"]),
        (RECORDS[:1], (), ["not decided"] * 3),
        ([], (), ["not decided"] * 3),
        ([make_record(status=Status.DIVERGED, reason="nan", epochs=1)], (), ["not decided"] * 3),
    ],
    ids=["no certificate", "certificate", "failed certificate", "one backend", "nothing", "diverged"],
)
def test_the_verdict_has_its_badges(records, certificates, expected):
    """Each of the three sentences says how far it is borne."""
    assert badges(records, *certificates) == expected


def test_caveats_have_cause_effect_and_action():
    """What limits the claims is told with what to do about it."""
    page = Document(report_page([*RECORDS, make_record("paddle", status=Status.CRASHED, reason="killed", epochs=0)]))
    told = " ".join(page.texts["caveats"].split())
    assert "Few seeds Cause cnn was trained with 2 seeds." in told
    assert "python -m mnist_compare certify --run DIR" in told
    assert "1 of 5 runs did not finish (crashed: 1)." in told
    assert "killed" in told


def test_runs_are_all_there_and_folded():
    """Every run has a row, which opens on a click."""
    text = report_page(RECORDS)
    runs = text[text.index('<section id="runs"') : text.index('<section id="setup"')]
    assert runs.count('<th scope="row"') == len(RECORDS)
    assert "<details" in runs
    assert "<details open" not in text


def test_a_thousand_runs_make_a_page_that_can_be_sent():
    """A page of 1,000 runs is made within seconds, has every run, and is smaller than 10 MB."""
    names = ("torch", "keras", "paddle", "numpy")
    base = {
        (name, network): make_record(name, network) for name in names for network in ("cnn", "mlp", "lenet", "linear")
    }
    records = [
        replace(record, seed=seed, key=f"{record.key}-{seed}", spec=replace(record.spec, seed=seed))
        for record in base.values()
        for seed in range(63)
    ]
    began = perf_counter()
    text = report_page(records)
    assert perf_counter() - began < 15
    assert len(text.encode()) < 10_000_000
    runs = text[text.index('<section id="runs"') : text.index('<section id="setup"')]
    assert runs.count('<th scope="row"') == len(records) > 1000


def test_very_many_runs_are_cut_and_that_is_said(monkeypatch):
    """Beyond its bound the table of runs ends, and says where the others are."""
    monkeypatch.setattr("mnist_compare.report.page.tables.MAX_RUNS", 3)
    assert "1 more run is left out. results.csv has every run." in report_page(RECORDS)
