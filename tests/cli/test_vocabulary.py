"""The vocabulary: what `list` prints of layers, optimizers and schedules, and the page of it."""

import msgspec
import pytest
from click.testing import CliRunner
from documents import ROOT

from mnist_compare.cli import cli
from mnist_compare.cli.vocabulary import BASES, kinds, vocabulary_page
from mnist_compare.io.registry import decode_open, open_union
from mnist_compare.recipe import OPTIMIZERS
from mnist_compare.recipe.schedules import SCHEDULES

LINES = [(base, tag, line) for base in BASES.values() for tag, (_, line) in kinds(base).items()]


@pytest.mark.parametrize(("base", "tag", "line"), LINES, ids=[tag for _, tag, _ in LINES])
def test_every_line_is_valid_toml_of_its_kind(base, tag, line):
    """Whoever copies a line into a file has a value of that kind, with every field at its default or an example."""
    value = msgspec.toml.decode(f"value = {line}")["value"]
    made = msgspec.convert(value, open_union(base), dec_hook=decode_open)
    assert made.__struct_config__.tag == tag
    assert made == type(made)(**{name: getattr(made, name) for name in value if name != "type"})


def test_presets_and_kinds_have_one_name_each():
    """A name of --optimizer or --schedule that is a kind too means that kind with its defaults."""
    for base, presets in (("optimizers", OPTIMIZERS), ("schedules", SCHEDULES)):
        for tag in kinds(BASES[base]).keys() & presets.keys():
            assert presets[tag] == type(presets[tag])()


@pytest.mark.parametrize("what", BASES)
def test_list_prints_every_kind(what):
    """`list layers` and its like have a line for each kind, which says what it is and how it stands in a file."""
    printed = CliRunner().invoke(cli, ["list", what]).stdout.splitlines()
    found = kinds(BASES[what])
    assert [line.split()[0] for line in printed] == list(found)
    assert all(found[tag][1] in line for tag, line in zip(found, printed, strict=True))


def test_the_page_is_what_the_program_makes():
    """The page docs/vocabulary.md names every kind with its fields, as they are now."""
    assert (ROOT / "docs" / "vocabulary.md").read_text() == vocabulary_page()
