"""Experiment: one network and one recipe on one backend and device."""

from mnist_compare.experiment.experiment import Experiment
from mnist_compare.experiment.prediction import Prediction

__all__ = ["Experiment", "Prediction"]
