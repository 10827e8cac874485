"""Which modes and tunings a backend is trained in, to attribute a gap."""

import pytest

from mnist_compare.backend import find_backend
from mnist_compare.data import subset
from mnist_compare.errors import UsageError
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.request import Request

FRAMEWORKS = ("torch", "keras", "paddle")
needs_frameworks = pytest.mark.skipif(
    any(find_backend(name).missing() for name in FRAMEWORKS), reason="a framework is not installed"
)


@pytest.fixture
def planned(mnist):
    """Gives the runs of a request: backend, network, mode, tuning."""
    digits = subset(mnist, train_size=100, test_size=50)

    def plan(backends=FRAMEWORKS, networks=("mlp",), **asked):
        runs = make_plan(Request(backends, networks, dataset=digits, threads=1, **asked)).runs
        assert len({run.key for run in runs}) == len({run.name for run in runs}) == len(runs)
        assert not any(set('<>:"/\\|?*') & set(run.name) for run in runs)
        return [(run.spec.backend, run.spec.architecture.name, run.spec.mode, run.spec.tuning) for run in runs]

    return plan


@needs_frameworks
def test_defaults_are_trained_alone_where_they_differ(planned):
    """SGD without momentum has no epsilon and no decay: of mlp there is the initializer, and the rounding of torch."""
    runs = planned(attribute="defaults")
    assert [(backend, mode) for backend, _, mode, _ in runs] == [
        *((name, "matched") for name in FRAMEWORKS),
        *((name, "native:initializer") for name in FRAMEWORKS),
        ("torch", "native:arithmetic"),
        *((name, "native") for name in FRAMEWORKS),
    ]
    assert {tuning for *_, tuning in runs} == {"tuned"}


@needs_frameworks
def test_each_network_has_its_own_defaults(planned):
    """With Adam Keras's epsilon is trained alone, and of a network with batch norm its constants."""
    runs = planned(("keras",), ("mlp", "convnet"), attribute="defaults", optimizer="adam")
    modes = {network: [mode for _, name, mode, _ in runs if name == network] for network in ("mlp", "convnet")}
    assert modes["mlp"] == ["matched", *(f"native:{d}" for d in ("initializer", "epsilon", "arithmetic")), "native"]
    assert "native:norm-epsilon" in modes["convnet"]


@needs_frameworks
def test_passes_are_trained_alone_in_the_backends_that_have_them(planned):
    """Each is planned plain, with each of its own passes, and tuned; the reference, which has none, once."""
    runs = planned((*FRAMEWORKS, "numpy"), attribute="passes")
    for name in FRAMEWORKS:
        tunings = [tuning for backend, _, _, tuning in runs if backend == name]
        assert (tunings[0], tunings[-1]) == ("plain", "tuned")
        assert set(tunings[1:-1]) == set(find_backend(name).passes)
    assert [tuning for backend, *_, tuning in runs if backend == "numpy"] == ["tuned"]


@needs_frameworks
def test_named_defaults_are_trained_where_all_of_them_differ(planned):
    """A mode that names a default of Keras is none of torch's; the others of the request are as they were."""
    runs = planned(modes=("matched", "native:initializer+epsilon"), optimizer="adam")
    assert [backend for backend, _, mode, _ in runs if mode == "matched"] == list(FRAMEWORKS)
    assert [backend for backend, _, mode, _ in runs if mode == "native:epsilon+initializer"] == ["keras"]


@needs_frameworks
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            {"modes": ("native:epsilon",)},
            "the same training as another mode .* differs epsilon in Adam and its relatives",
        ),
        ({"modes": ("native:epsilom",)}, "Unknown default 'epsilom'. Did you mean 'epsilon'"),
        ({"modes": ("native:initializer",), "backends": ("numpy",)}, "Unknown default 'initializer'. Valid: none"),
        ({"attribute": "defaults", "backends": ("numpy",)}, "of numpy no backend has defaults of its own"),
        ({"attribute": "passes", "backends": ("numpy",)}, "of numpy no backend has passes of its own"),
        ({"attribute": "both"}, "Unknown attribution 'both'. Valid: defaults, passes"),
        ({"attribute": "defaults", "relay": ("torch", "keras")}, "A relay needs matched mode"),
    ],
)
def test_what_leads_to_no_run_is_an_error(planned, asked, words):
    """It says what is valid, or why nothing would be trained."""
    with pytest.raises(UsageError, match=words):
        planned(**asked)
