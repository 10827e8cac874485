"""The gap of the losses at every step of a certificate, on a scale of powers of ten with 0 below it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from mnist_compare.certify.certificate import GRAVEST_FIRST, Certificate, Pair
from mnist_compare.document.words import listing, plural, scientific
from mnist_compare.report.page.axes import BELOW, Frame, whole_ticks, x_axis, y_axis
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import Looks
from mnist_compare.report.page.panels import Key, Panel, fixed, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import LogScale, Scale, Tick
from mnist_compare.report.page.svg import element, join, line, number, path, rect, words

MOST_PAIRS = 6
MOST_CASES = 12
MOST_DOTS = 120
_SMALLEST, _LARGEST = 1e-18, 1e3
_HEIGHT, _ZERO = 210.0, 16.0


@dataclass(frozen=True)
class CaseGaps:
    """Pairs of one case whose losses were compared, the gravest first; `backends` are theirs by subject, and so many
    pairs are `left` out.
    """

    name: str
    precision: str
    pairs: tuple[Pair, ...]
    backends: dict[str, str]
    left: int

    @property
    def steps(self) -> int:
        """The last step that was compared."""
        return max(len(pair.loss_gaps) for pair in self.pairs)


def gaps_picture(scene: Scene) -> Picture | None:
    """A panel for each case of the certificates."""
    cases = [case for own in scene.certificates for case in _cases(own.certificate)]
    if not cases:
        return None
    low, high = _ends(cases)
    drawn = cases[:MOST_CASES]
    return make_picture(
        "gaps",
        gaps_finding([own.certificate for own in scene.certificates]),
        _caption(cases),
        [_panel(case, scene.looks, low, high) for case in drawn],
        keys=_keys(drawn, scene.looks),
        columns=1 if len(drawn) == 1 else 2 if len(drawn) in (2, 4) else 3,
    )


def gaps_finding(certificates: Sequence[Certificate]) -> str:
    """How far apart the losses came, where all match; else how many pairs do not."""
    pairs = [pair for certificate in certificates for pair in certificate.pairs]
    counts = {outcome: sum(pair.outcome == outcome for pair in pairs) for outcome in GRAVEST_FIRST}
    if counts["match"] == len(pairs):
        largest: dict[str, float] = {}
        for pair in pairs:
            if pair.loss_gap is not None:
                largest[pair.precision] = max(largest.get(pair.precision, 0.0), pair.loss_gap)
        sizes = [f"{scientific(gap)} in {precision}" for precision, gap in sorted(largest.items())[::-1]]
        every = "The pair matches" if len(pairs) == 1 else f"All {plural(len(pairs), 'pair')} match"
        return f"{every}: the losses are never further apart than {listing(sizes)}" if sizes else every
    told = [f"{counts['match']:,} match{'es' * (counts['match'] == 1)}"] if counts["match"] else []
    if counts["differ"]:
        differing = [pair for pair in pairs if pair.outcome == "differ"]
        first = next((pair for pair in differing if pair.first_step_out), None)
        where = f" ({first.a} and {first.b} in {first.case}, from step {first.first_step_out:,} on)" if first else ""
        verb = "differs" if counts["differ"] == 1 else "differ"
        known = any(not pair.reason for pair in differing)
        told.append(f"{counts['differ']:,} {verb if known else 'could not be compared'}{where}")
    if counts["undecidable"]:
        told.append(f"{counts['undecidable']:,} cannot be decided to the last step")
    return f"Of {plural(len(pairs), 'pair')}, {listing(told)}"


def _cases(certificate: Certificate) -> list[CaseGaps]:
    backends = {subject.name: subject.backend for subject in certificate.subjects}
    found = []
    for case in certificate.cases:
        pairs = [pair for pair in certificate.pairs if pair.case == case.name and pair.loss_gaps]
        tuned = {name for name, backend in backends.items() if name == backend}
        pairs.sort(key=lambda pair: (GRAVEST_FIRST.index(pair.outcome), not pair.names <= tuned, -_peak(pair)))
        kept = tuple(pairs[:MOST_PAIRS])
        names = {name: backends.get(name, name) for pair in kept for name in (pair.a, pair.b)}
        if kept:
            found.append(CaseGaps(case.name, case.recipe.precision, kept, names, len(pairs) - len(kept)))
    return found


def _peak(pair: Pair) -> float:
    return max(_height(gap) for gap in pair.loss_gaps)


def _height(gap: float | None) -> float:
    """A gap that is not finite is beyond all others."""
    return _LARGEST if gap is None else min(_LARGEST, abs(gap))


def _ends(cases: Sequence[CaseGaps]) -> tuple[float, float]:
    """Whole powers of ten between which all gaps and tolerances lie."""
    gaps = [_height(gap) for case in cases for pair in case.pairs for gap in pair.loss_gaps]
    limits = [pair.tolerance.loss for case in cases for pair in case.pairs if pair.tolerance]
    found = [value for value in (*gaps, *limits) if value > 0] or [1e-16]
    low = math.floor(math.log10(max(_SMALLEST, min(found))))
    high = math.ceil(math.log10(min(_LARGEST, max(found))) + 0.2)
    return 10.0**low, 10.0 ** max(high, low + 3)


def _panel(case: CaseGaps, shown: Looks, low: float, high: float) -> Panel:
    return Panel(
        fixed(_HEIGHT + BELOW), partial(_draw, case, shown, low, high), case.name, f"{case.precision}, {_outcome(case)}"
    )


def _outcome(case: CaseGaps) -> str:
    gravest = case.pairs[0]
    if gravest.outcome == "match":
        return "match"
    if gravest.outcome == "differ":
        return "differ"
    return f"undecidable after step {gravest.certified_steps:,}"


def _draw(case: CaseGaps, shown: Looks, low: float, high: float, width: float) -> Markup:
    frame = Frame(52, 24, width - 12, _HEIGHT)
    y = LogScale(low, high, frame.bottom - _ZERO, frame.top)
    x = Scale(1, max(2, case.steps), frame.left, frame.right)
    steps = whole_ticks(x)
    parts = [
        *_bands(case, y, frame),
        y_axis(frame, y, "gap of the loss"),
        words(frame.left - 6, frame.bottom + 2, "0", "tk e"),
        x_axis(frame, x, "training step", [Tick(1, "1"), *(t for t in steps if x(t.value) - x(1) > 24)], grid=False),
        _dots(case, x, y, frame.bottom),
        *(_line(pair, case, shown, x, y, frame.bottom) for pair in case.pairs[::-1]),
        _out(case.pairs[0], x, frame),
    ]
    return join(parts)


def _bands(case: CaseGaps, y: Scale, frame: Frame) -> list[Markup]:
    """From the tolerance down: where pairs have several, the narrowest and the widest."""
    limits = sorted({pair.tolerance.loss for pair in case.pairs if pair.tolerance and pair.tolerance.loss > 0})
    return [
        rect(
            frame.left,
            y(limit),
            frame.right - frame.left,
            frame.bottom - y(limit),
            "band",
            f"tolerance {scientific(limit)}",
        )
        for limit in dict.fromkeys((*limits[:1], *limits[-1:]))
    ]


def _place(gap: float, y: Scale, zero: float) -> float:
    return y(gap) if gap > 0 else zero


def _dots(case: CaseGaps, x: Scale, y: Scale, zero: float) -> Markup:
    """The gap at every step; of very many steps, the largest of each few."""
    each = max(1, -(-case.steps * len(case.pairs) // (2 * MOST_DOTS)))
    found = [
        f"M{number(x(i + 1))} {number(_place(max(map(_height, pair.loss_gaps[i : i + each])), y, zero))}h0"
        for pair in case.pairs
        for i in range(0, len(pair.loss_gaps), each)
    ]
    return element("path", css="dots", d="".join(dict.fromkeys(found)))


def _line(pair: Pair, case: CaseGaps, shown: Looks, x: Scale, y: Scale, zero: float) -> Markup:
    """The largest gap so far, in the colours of both."""
    heights = [_height(gap) for gap in pair.loss_gaps]
    points, largest, last = [(x(1), _place(heights[0], y, zero))], heights[0], 1
    for step, height in enumerate(heights, 1):
        if height > largest:
            points += [(x(step), points[-1][1]), (x(step), _place(height, y, zero))]
            largest, last = height, step
    points.append((x(len(heights)), points[-1][1]))
    size = "not finite" if pair.loss_gaps[last - 1] is None else scientific(largest)
    told = (
        f"{case.name}, {pair.a} and {pair.b}: largest gap {size}, at step {last:,} of {len(heights):,}: {pair.outcome}"
    )
    a, b = (shown[case.backends[name]].css for name in (pair.a, pair.b))
    hit = element("circle", element("title", told), css="hit", cx=points[-1][0] - 4, cy=points[-1][1], r=8)
    return join([path(points, f"ln {a}", told), path(points, f"ln dash {b}", told), hit])


def _out(pair: Pair, x: Scale, frame: Frame) -> Markup:
    """The step at which the gravest pair leaves."""
    if pair.outcome == "match" or not pair.first_step_out:
        return Markup("")
    at = x(pair.first_step_out)
    right = at > (frame.left + frame.right) / 2
    text = f"step {pair.first_step_out:,}"
    css = "mk" if pair.outcome == "differ" else "mk dsh"
    return join(
        [
            line(at, frame.top, at, frame.bottom, css, f"{pair.a} and {pair.b}: {pair.complaint}"),
            words(at + (-5 if right else 5), frame.top + 11, text, "tk e" if right else "tk"),
        ]
    )


def _keys(cases: Sequence[CaseGaps], shown: Looks) -> list[Key]:
    pairs = dict.fromkeys(
        (pair.a, pair.b, case.backends[pair.a], case.backends[pair.b]) for case in cases for pair in case.pairs
    )
    return [
        Key(
            join([line(0, 0, 34, 0, f"ln {shown[first].css}"), line(0, 0, 34, 0, f"ln dash {shown[second].css}")]),
            f"{a} and {b}",
            34,
        )
        for a, b, first, second in list(pairs)[:MOST_PAIRS]
    ]


def _caption(cases: Sequence[CaseGaps]) -> str:
    told = [
        "A line in two colours is a pair: the largest gap of their losses so far. Grey dots are the gap at each step; "
        "at 0 both losses are equal to the last bit."
    ]
    if any(pair.tolerance for case in cases for pair in case.pairs):
        told.append("A band reaches up to the tolerance, which is a share of losses above 1.")
    if any(pair.outcome != "match" for case in cases for pair in case.pairs):
        told.append(
            "An upright line is the step at which the gravest pair leaves its tolerance: in the loss, or in what is "
            "not drawn here, such as gradients and weights."
        )
    if len(cases) > MOST_CASES:
        told.append(f"The first {MOST_CASES} of {len(cases)} cases are drawn.")
    if any(case.left for case in cases):
        told.append(f"Of a case, at most {MOST_PAIRS} pairs are drawn: those that differ, then tuned backends.")
    return " ".join(told)
