"""Certificates as the certifier writes them, made without a training."""

import msgspec
from synthetic_records import make_record

from mnist_compare.certify.case import make_case
from mnist_compare.certify.certificate import Certificate, Pair, missing_pair
from mnist_compare.report.certified import OwnCertificate

PAIRS = [("torch", "keras"), ("torch", "paddle"), ("keras", "paddle")]


def certify(*failed, record=None, versions=None, apart=(), doubtful=()):
    """A float64 certificate of a record's training, in which these pairs have failed for want of a trace.

    Those that are `apart` differ at step 3, those that are `doubtful` may be led apart by rounding from there on.
    """
    spec = (record or make_record()).spec
    recipe = msgspec.structs.replace(spec.recipe, precision="float64")
    case = make_case(spec.architecture, recipe, spec.data, steps=5, start=spec.start)
    names = (case.name, case.architecture.name, recipe.name, "float64")
    out = {"first_step_out": 3, "quantity_out": "loss", "gap_out": 0.5, "loss_gap": 0.5, "certified_steps": 2}
    verdicts = dict.fromkeys(apart, "differ") | dict.fromkeys(doubtful, "undecidable")
    pairs = [
        missing_pair(case, a, b, "keras died")
        if (a, b) in failed
        else Pair(*names, a, b, passed=False, steps=5, verdict=verdicts[a, b], **out)
        if (a, b) in verdicts
        else Pair(*names, a, b, passed=True, steps=5, loss_gap=1e-15, predictions=500)
        for a, b in PAIRS
    ]
    backends = ["torch", "keras", "paddle"]
    passed = not (failed or apart or doubtful)
    return Certificate(
        passed, pairs, [case], backends, versions or {}, {}, 1, {}, "", "2026-01-01T00:00:00Z", "0.1.0", "0" * 64
    )


def own(*certificates):
    """The certificates as they lie in a comparison's folder."""
    return tuple(OwnCertificate(certificate) for certificate in certificates if certificate)
