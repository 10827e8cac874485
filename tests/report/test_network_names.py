"""What trained networks are called beside one another."""

from msgspec.structs import replace
from synthetic_records import make_record

from mnist_compare.records.names import network_names


def test_networks_by_one_recipe():
    """Backend, network, mode, seed and precision, and no word of what is alike everywhere."""
    records = [make_record("torch"), make_record("keras", seed=1)]
    assert network_names(records) == [
        ("torch", "cnn", "matched", "seed 0", "float32"),
        ("keras", "cnn", "matched", "seed 1", "float32"),
    ]


def test_networks_by_several_recipes_are_told_apart():
    """The part of the recipe that differs stands in the name; a network with one recipe has no such word."""
    recipe = make_record().spec.recipe
    records = [
        replace(make_record(recipe=recipe.changed(learning_rate=rate)), key=f"{rate}") for rate in (0.1, 0.01)
    ] + [make_record(architecture="mlp")]
    assert [name[2] for name in network_names(records)] == ["lr0.1", "lr0.01", ""]


def test_processes_and_tuning_are_named():
    """Where they are not the default, they stand behind the mode."""
    record = make_record()
    record = replace(record, spec=replace(record.spec, processes=2, tuning="plain"))
    assert network_names([record])[0][2] == "matched plain 2 processes"


def test_runs_that_differ_in_nothing_that_is_named_have_their_keys():
    """Runs of two versions of a framework stand in one folder: the first digits of the key tell them apart."""
    records = [replace(make_record(), key="0123456789"), replace(make_record(), key="9876543210")]
    assert [name[-1] for name in network_names(records)] == ["01234567", "98765432"]
