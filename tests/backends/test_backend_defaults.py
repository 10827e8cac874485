"""The defaults of each framework: alone they change what they say, and together they are native mode."""

import numpy as np
import pytest
from backend_cases import OF_UPDATES, OWN_DEFAULTS

OF_STATISTICS = {"running-variance": ".running_var", "norm-momentum": ".running_"}
"""Defaults that change the running statistics alone, and how the names of those begin."""


@pytest.fixture
def own(framework):
    """The two steps of a framework, by case and mode; skipped where it has declared no defaults."""
    if not any(key.startswith("defaults/") for key in framework.facts):
        pytest.skip("it has declared no defaults")
    return framework


def alone(own):
    """Each case with each default that it was trained with alone."""
    return [(case, key) for case in OWN_DEFAULTS for key in own.facts[f"defaults/{case}"][3:]]


def changed(own, case, key, moment):
    """The names of the arrays that are not the same, bit by bit, as in matched mode."""
    found, matched = (own.under(f"own/{case}/{name}/{moment}") for name in (key, "matched"))
    assert found.keys() == matched.keys()
    return [name for name in found if not np.array_equal(found[name], matched[name])]


@pytest.mark.parametrize("case", OWN_DEFAULTS)
def test_native_mode_is_all_of_its_defaults(own, case):
    """Native mode and all defaults by their names, in any order, give the same losses, weights and slots, each bit."""
    native, named = (own.under(f"own/{case}/{key}") for key in ("native", "named"))
    assert native.keys() == named.keys()
    assert all(np.array_equal(array, named[name]) for name, array in native.items())
    assert changed(own, case, "native", "begin")


def test_a_default_alone_changes_something(own):
    """Each that is said to differ leads to other numbers; other rounding need not show in two steps."""
    same = [way for way in alone(own) if not changed(own, *way, "begin") and not changed(own, *way, "end")]
    assert [key for _, key in same if key != "arithmetic"] == []


def test_the_initializer_alone_changes_the_first_weights(own):
    """All other defaults leave the network with the weights that are drawn for every framework."""
    assert {key for case, key in alone(own) if changed(own, case, key, "begin")} == {"initializer"}


def test_the_generator_alone_draws_other_masks(own):
    """With every default alone each batch is the one of matched mode; masks are handed out in all but one."""
    orders = [own.arrays[f"own/{case}/{key}/order"] for case, key in alone(own)]
    assert all(np.array_equal(order, orders[0]) for order in orders)
    assert {key for case, key in alone(own) if not own.facts[f"own/{case}/{key}/masks"]} == {"generator"}


def test_defaults_of_updates_leave_the_first_loss_alone(own):
    """Epsilon, momentum and weight decay come in with the first step, and not before."""
    for case, key in alone(own):
        losses, matched = (own.arrays[f"own/{case}/{name}/losses"] for name in (key, "matched"))
        if key in OF_UPDATES:
            assert losses[0] == matched[0], key
            assert changed(own, case, key, "end"), key


def test_defaults_of_statistics_leave_the_training_alone(own):
    """The unbiased variance and another momentum of batch norm change the running statistics, and no weight."""
    for case, key in alone(own):
        if key in OF_STATISTICS:
            assert all(OF_STATISTICS[key] in name for name in changed(own, case, key, "end")), key


def test_arithmetic_alone_is_rounding(own):
    """A framework's own sums move a loss by rounding, and no more."""
    for case, key in alone(own):
        if key == "arithmetic":
            losses, matched = (own.arrays[f"own/{case}/{name}/losses"] for name in (key, "matched"))
            assert losses == pytest.approx(matched, rel=1e-4)


def test_the_numbers_are_those_of_the_framework(own):
    """What a backend has declared as a number of its framework is what the installed framework has."""
    for name, (declared, found) in own.facts["own numbers"].items():
        assert declared == pytest.approx(found, rel=1e-12), name


def test_ours_with_all_defaults_of_keras_is_keras(outcome_of):
    """Our optimizers, told to do all as Keras does, end with the bits of Keras's own: nothing has been left out."""
    updates = outcome_of("keras").under("updates")
    assert len(updates) == 36
    for name, array in updates.items():
        if name.endswith("/ours"):
            assert np.array_equal(array, updates[name.replace("/ours", "/own")]), name


def test_ours_with_all_defaults_of_paddle_is_paddle(outcome_of):
    """Our optimizers for Paddle, told to do all as Paddle's own do, end with their weights but for rounding."""
    updates = outcome_of("paddle").under("updates")
    assert len(updates) == 8
    for name, array in updates.items():
        if name.endswith("/ours"):
            assert array == pytest.approx(updates[name.replace("/ours", "/own")], rel=1e-12), name
