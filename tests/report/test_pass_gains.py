"""What each lowering pass gains alone."""

from test_gains import run

from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.pass_gains import pass_sentences
from mnist_compare.report.statistics import group_runs

SEEDS = (0, 1, 2)


def alone(name, seconds, passes=None, **changes):
    """A run with one pass alone."""
    return run(name, seconds, passes=(name,) if passes is None else passes, **changes)


def all_runs():
    """Plain, tuned, a pass that makes it faster, one that does not, and one that changes nothing."""
    return [
        made
        for seed in SEEDS
        for made in (
            run("plain", 4.0, seed=seed),
            run("tuned", 2.0, seed=seed),
            alone("channels-last", 2.5, seed=seed),
            alone("flat-order", 4.0, seed=seed),
            alone("bias-behind-pooling", 5.0, seed=seed),
            alone("relu-behind-pooling", 3.0, passes=(), seed=seed),
        )
    ]


def test_each_pass_gets_its_factor():
    """The sentence sets each pass alone beside all of them, with ranges, and those that gain nothing apart."""
    told, caution = pass_sentences(group_runs(all_runs()))
    assert told.startswith("torch, cnn: with all passes 2.00 times as fast as plain (")
    assert "Alone, channels-last 1.60 times as fast as plain (" in told
    assert "Slower than plain alone: bias-behind-pooling 0.80 times" in told
    assert "Alone no faster and no slower, as far as can be told: flat-order 1.00 times" in told
    assert "Without effect alone in this network: relu-behind-pooling." in told
    assert "need not multiply" in caution
    assert told.partition(" (")[0] in report_markdown(all_runs(), {})


def test_a_disturbed_timing_gives_no_factor():
    """Of a pass whose timing other work may have disturbed nothing is told but that."""
    records = [
        alone("channels-last", 2.5, seed=one.seed, other_cores=3.0) if one.spec.tuning == "channels-last" else one
        for one in all_runs()
    ]
    assert "Of channels-last alone nothing can be told." in pass_sentences(group_runs(records))[0]


def test_without_passes_alone_there_is_nothing_to_tell():
    """Plain and tuned runs have their table, and no sentence here."""
    both = [one for one in all_runs() if one.spec.tuning in ("plain", "tuned")]
    assert pass_sentences(group_runs(both)) == []
    assert pass_sentences(group_runs([one for one in all_runs() if one.spec.tuning != "plain"])) == []
