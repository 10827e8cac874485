"""All figures of the page, by section: a new one is a module in figures/, and its function here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mnist_compare.report.certified import OwnCertificate
from mnist_compare.report.page.figures.agreement import agreement_picture
from mnist_compare.report.page.figures.classes import classes_picture
from mnist_compare.report.page.figures.confusion import confusion_picture
from mnist_compare.report.page.figures.curves import epochs_picture, time_picture
from mnist_compare.report.page.figures.gaps import gaps_picture
from mnist_compare.report.page.figures.latency import latency_picture
from mnist_compare.report.page.figures.memory import gpu_memory_picture, memory_picture
from mnist_compare.report.page.figures.order import order_picture
from mnist_compare.report.page.figures.pairs import pairs_picture
from mnist_compare.report.page.figures.phases import phases_picture
from mnist_compare.report.page.figures.relative_time import relative_time_picture
from mnist_compare.report.page.figures.reliability import reliability_picture
from mnist_compare.report.page.figures.scaling import scaling_picture
from mnist_compare.report.page.figures.scene import Scene, make_scene
from mnist_compare.report.page.figures.schedule import schedule_picture
from mnist_compare.report.page.figures.seeds import seeds_picture
from mnist_compare.report.page.figures.setting_best import setting_best_picture
from mnist_compare.report.page.figures.setting_heat import setting_heat_picture
from mnist_compare.report.page.figures.setting_importance import setting_importance_picture
from mnist_compare.report.page.figures.setting_lines import setting_lines_picture
from mnist_compare.report.page.figures.setting_order import setting_order_picture
from mnist_compare.report.page.figures.setting_time import setting_time_picture
from mnist_compare.report.page.figures.setting_trials import setting_trials_picture
from mnist_compare.report.page.figures.steps import steps_picture
from mnist_compare.report.page.figures.throughput import throughput_picture
from mnist_compare.report.page.figures.two_axes import two_axes_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.statistics import Group

Maker = Callable[[Scene], Picture | None]

SECTIONS: Mapping[str, tuple[Maker, ...]] = {
    "settings": (
        setting_best_picture,
        setting_trials_picture,
        setting_importance_picture,
        setting_order_picture,
        setting_heat_picture,
        setting_lines_picture,
        setting_time_picture,
    ),
    "certificate": (gaps_picture,),
    "accuracy": (seeds_picture, pairs_picture),
    "speed": (
        relative_time_picture,
        phases_picture,
        order_picture,
        throughput_picture,
        scaling_picture,
        latency_picture,
    ),
    "courses": (epochs_picture, time_picture, two_axes_picture, steps_picture, schedule_picture),
    "agreement": (agreement_picture,),
    "calibration": (reliability_picture,),
    "classes": (classes_picture, confusion_picture),
    "resources": (memory_picture, gpu_memory_picture),
}
"""The sections of the page that have figures, with what makes them, in the order in which they stand."""


def pictures_of(section: str, groups: Sequence[Group], certificates: Sequence[OwnCertificate] = ()) -> list[Picture]:
    """The figures of a section for which there are data; of very many groups, the first ones."""
    scene = make_scene(groups, certificates)
    found = [picture for make in SECTIONS.get(section, ()) if (picture := make(scene))]
    if not scene.left or section in ("certificate", "settings"):
        return found
    note = f" The first {len(scene.groups)} of {len(scene.groups) + scene.left:,} networks and settings are drawn."
    return [replace(picture, caption=picture.caption + note) for picture in found]
