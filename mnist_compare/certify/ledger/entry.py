"""A row of the ledger, and the tests that many of them name."""

import msgspec


class LedgerEntry(msgspec.Struct, frozen=True):
    """One difference: what each framework does, and what is done in all.

    `faults` are the planted faults that a missing translation would be; `test` is the "path::name" of the test that
    fails without the translation.
    """

    topic: str
    torch: str
    keras: str
    paddle: str
    translation: str
    test: str
    faults: tuple[str, ...] = ()


BACKENDS = "tests/backends/test_backend_"
WEIGHTS = f"{BACKENDS}training.py::test_weights_of_float64_training"
SLOTS = f"{BACKENDS}training.py::test_optimizer_slots_of_float64_training"
LOSSES = f"{BACKENDS}training.py::test_losses_of_float64_training"
LOGITS = f"{BACKENDS}networks.py::test_equal_weights_give_equal_logits"
LAYER_STEPS = "tests/backends/test_layer_networks.py::test_steps_around_a_layer"
KIT = "tests/certify_selftest/test_kit_of_backends.py::test_every_installed_backend_passes"
