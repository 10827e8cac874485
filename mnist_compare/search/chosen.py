"""What follows a choice: the best settings, trained on all training images and judged on the test images."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from mnist_compare.architecture import Architecture
from mnist_compare.recipe import Recipe
from mnist_compare.runner.comparison_lock import holds_another, place_aside, rename
from mnist_compare.runner.engine import Engine
from mnist_compare.runner.plan import Plan, make_plan
from mnist_compare.runner.request import Request
from mnist_compare.search.choice import JudgedSetting


def chosen_plan(request: Request, best: Iterable[JudgedSetting], engine: Engine | None = None) -> Plan:
    """The best setting of each network on all training images, in each backend and with each seed of the request."""
    chosen = {one.architecture.name: one for one in best}

    def recipes(request: Request, architecture: Architecture) -> Sequence[Recipe]:
        return [chosen[architecture.name].recipe]

    networks = tuple(one.architecture for one in chosen.values())
    return make_plan(replace(request, architectures=networks), place=engine, recipes=recipes)


def set_aside_another(place: Path, plan: Plan) -> None:
    """Rename the folder of an earlier choice, by fewer seeds for instance: it was tested, and is not lost."""
    if holds_another(place, plan):
        rename(place, place_aside(place))
