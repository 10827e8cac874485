"""Images per second against the number of processes that train a network together."""

from collections.abc import Sequence
from functools import partial

from markupsafe import Markup

from mnist_compare.document.words import plural, significant
from mnist_compare.report.page.axes import BELOW, LEFT, Frame, x_axis, y_axis
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import Look, Looks, mark
from mnist_compare.report.page.panels import Panel, backend_keys, fixed, line_key, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import Scale, Tick, drawable
from mnist_compare.report.page.svg import join, path
from mnist_compare.report.reservation import reservation
from mnist_compare.report.scaling import Scaling, communication, processes, scaling_table, scalings, speed

_HEIGHT = 240.0
_MOST_PANELS = 12


def scaling_picture(scene: Scene) -> Picture | None:
    """A panel for each network that was trained in several numbers of processes."""
    found = [one for one in scalings(scene.groups) if all(speed(row) > 0 and drawable(speed(row)) for row in one.rows)]
    if not found:
        return None
    networks = list(dict.fromkeys(one.network for one in found))
    shown = [[one for one in found if one.network == network] for network in networks[:_MOST_PANELS]]
    doubtful = any(reservation(row) for own in shown for one in own for row in one.rows)
    looks = scene.some(one.backend for own in shown for one in own)
    return make_picture(
        "scaling",
        scaling_finding(found),
        _caption(len(networks)),
        [Panel(fixed(_HEIGHT + BELOW), partial(_draw, own, looks), own[0].network) for own in shown],
        keys=[
            *backend_keys(looks, hollow="speed that cannot be compared" if doubtful else ""),
            line_key("join", "in proportion to the processes"),
        ],
        columns=2,
        numbers=scaling_table(scene.groups),
    )


def scaling_finding(found: Sequence[Scaling]) -> str:
    """How many times as fast the most processes were, over all networks and backends that can be compared."""
    most = max(processes(one.rows[-1]) for one in found)
    ratios = [one.gains[-1] for one in found if processes(one.rows[-1]) == most]
    told = [ratio.ratio for ratio in ratios if ratio]
    if not told:
        return f"The speed of {plural(most, 'process')} cannot be compared with that of fewer"
    low, high = significant(min(told), 2), significant(max(told), 2)
    return f"{plural(most, 'process')} train {low if low == high else f'{low} to {high}'} times as fast as the fewest"


def _caption(networks: int) -> str:
    told = ["Medians of the runs whose times count. The processes share the threads, and every batch."]
    if networks > _MOST_PANELS:
        told.append(f"The first {_MOST_PANELS} of {networks} networks are drawn.")
    return " ".join(told)


def _draw(own: Sequence[Scaling], looks: Looks, width: float) -> Markup:
    frame = Frame(LEFT, 24, width - 16, _HEIGHT)
    counts = sorted({processes(row) for one in own for row in one.rows})
    fastest = max(speed(row) for one in own for row in one.rows)
    x = Scale(0, counts[-1] * 1.1, frame.left, frame.right)
    y = Scale(0, fastest * 1.1, frame.bottom, frame.top)
    parts = [y_axis(frame, y, "images per second"), x_axis(frame, x, "processes", [Tick(n, str(n)) for n in counts])]
    parts += [_proportion(one, x, y) for one in own]
    parts += [_line(one, looks[one.backend], x, y) for one in own]
    return join(parts)


def _proportion(one: Scaling, x: Scale, y: Scale) -> Markup:
    """From the fewest processes on, as far as the frame goes."""
    first, last = processes(one.rows[0]), processes(one.rows[-1])
    each = speed(one.rows[0]) / first
    end = min(float(last), y.high / each)
    return path([(x(n), y(n * each)) for n in (float(first), end)], "join")


def _line(one: Scaling, look: Look, x: Scale, y: Scale) -> Markup:
    places = [(x(processes(row)), y(speed(row))) for row in one.rows]
    marks = []
    for row, (across, up) in zip(one.rows, places, strict=True):
        share = communication(row)
        waited = "" if share is None else f", {100 * share:.0f} % communication"
        told = f"{one.network}, {one.backend}, {plural(processes(row), 'process')}: {speed(row):,.0f} images/s{waited}"
        marks.append(mark(look, across, up, told, hollow=reservation(row) is not None))
    return join([path(places, f"ln {look.css or 'k'}"), *marks])
