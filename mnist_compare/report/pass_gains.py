"""What each lowering pass gains alone, beside what all of them gain together."""

from collections.abc import Sequence

from mnist_compare.document.words import listing
from mnist_compare.lowering import TUNED, TUNINGS
from mnist_compare.report.gains import Gain, gains
from mnist_compare.report.statistics import Group
from mnist_compare.report.verdict import range_words, ratio_words

ADD = "Passes alone need not multiply to all of them: one may need another, or gain the same."


def pass_sentences(groups: Sequence[Group]) -> list[str]:
    """Of each backend and network that was trained plain, tuned, and with passes alone: what is known of the gains."""
    found = gains(groups)
    told = [
        _sentence(whole, alone)
        for whole in found
        if whole.tuning == TUNED and whole.ratio and (alone := [one for one in found if _is_alone(one, whole)])
    ]
    return [*told, ADD] if told else []


def _is_alone(one: Gain, whole: Gain) -> bool:
    single = one.tuning not in TUNINGS and "+" not in one.tuning
    return single and (one.network, one.tuned.label) == (whole.network, whole.tuned.label)


def _sentence(whole: Gain, alone: Sequence[Gain]) -> str:
    told = [f"{whole.tuned.label}, {whole.network}: with all passes {_factor(whole)}."]
    kinds = {
        "Alone, {}.": [one for one in alone if one.ratio and one.ratio.low > 1],
        "Slower than plain alone: {}.": [one for one in alone if one.ratio and one.ratio.high < 1],
        "Alone no faster and no slower, as far as can be told: {}.": [
            one for one in alone if one.ratio and one.ratio.is_equal
        ],
        "Without effect alone in this network: {}.": [one for one in alone if not one.passes],
        "Of {} alone nothing can be told.": [one for one in alone if one.passes and not one.ratio],
    }
    told += [form.format(listing(list(map(_named, found)))) for form, found in kinds.items() if found]
    return " ".join(told)


def _named(one: Gain) -> str:
    return f"{one.tuning} {_factor(one)}" if one.ratio else one.tuning


def _factor(gain: Gain) -> str:
    assert gain.ratio
    about = "about " if gain.ratio.timings == 1 else ""
    return f"{about}{ratio_words(gain.ratio)} times as fast as plain ({range_words(gain.ratio)})"
