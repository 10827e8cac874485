"""Our side of every comparison: a training by Experiment.fit, with the seconds that it records.

python -m benchmarks.adapter cnn --backend torch --images 11520 --epochs 2
"""

from statistics import fmean

from benchmarks import changes
from benchmarks.given import network, training_images
from benchmarks.task import Sample, Task, run
from mnist_compare.backend import find_backend
from mnist_compare.recipe.mode import check_execution


def measure(task: Task) -> Sample:
    """Train in matched mode."""
    architecture, recipe = network(task)
    data = training_images(task, recipe)
    adapter = find_backend(task.backend).load()
    if task.change:
        getattr(changes, task.change)()
    execution = check_execution(task.execution)
    experiment = adapter(
        architecture, recipe, seed=task.seed, device=task.device, execution=execution, tuning=task.tuning
    )
    history = experiment.fit(data)
    return Sample(
        seconds=experiment.training.seconds["training"],
        images=experiment.training.images,
        first_step=experiment.training.seconds["first_step"],
        loss=fmean(history[0].step_losses),
        parameters=architecture.parameter_count,
    )


if __name__ == "__main__":
    run(measure)
