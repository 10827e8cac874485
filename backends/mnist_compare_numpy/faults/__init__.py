"""FAULTS: the reference with one fault each. The self-test of certificates tells how many of them are caught."""

import msgspec

from mnist_compare.architecture import BatchNorm
from mnist_compare.certify.fault import Fault
from mnist_compare.recipe import SGD, AdamW
from mnist_compare.recipe.schedules import Plateau
from mnist_compare_numpy.faults import (
    activation,
    composition,
    convolution,
    experiments,
    layers,
    losses,
    normalization,
    pooling,
    sequence,
    steps,
    updates,
)
from mnist_compare_numpy.faults.experiments import (
    with_layer,
    with_loss,
    with_module,
    with_optimizer,
    with_rule,
    with_schedule,
    with_steps,
)
from mnist_compare_numpy.faults.gradients import GRADIENT_FAULTS
from mnist_compare_numpy.faults.optimizers import OPTIMIZER_FAULTS

change = msgspec.structs.replace

FAULTS: tuple[Fault, ...] = (
    Fault("learning rate in the velocity", "SGD", "dense", experiments.RateInVelocity),
    Fault("nesterov dropped", "SGD", "dense", with_optimizer(SGD, lambda o: change(o, nesterov=False))),
    Fault("momentum dropped", "SGD", "dense", with_optimizer(SGD, lambda o: change(o, momentum=0.0, nesterov=False))),
    Fault("dampening", "SGD", "dense", with_rule(updates.dampened)),
    Fault("momentum cycled with the rate", "SGD", "dense", with_rule(updates.cycled_momentum)),
    Fault("SGD: decay decoupled", "weight decay", "dense", with_rule(updates.decoupled_decay)),
    Fault("Adam: decay decoupled", "weight decay", "number", with_rule(updates.decoupled_decay)),
    Fault("AdamW: decay coupled", "weight decay", "faint", with_rule(updates.coupled_decay)),
    Fault("AdamW: decay after the step", "weight decay", "faint", with_rule(updates.decay_afterwards)),
    Fault("no decay of biases", "weight decay", "dense", with_rule(updates.no_decay_of_biases)),
    Fault("epsilon before the bias correction", "Adam", "faint", with_rule(updates.epsilon_before_correction)),
    Fault("Adam's epsilon 1e-7", "Adam", "faint", with_optimizer(AdamW, lambda o: change(o, epsilon=1e-7))),
    Fault(
        "powers of beta in float32", "Adam", "faint", with_optimizer(AdamW, updates.with_betas(updates.Float32Power))
    ),
    Fault("1 - beta in float32", "Adam", "faint", with_optimizer(AdamW, updates.with_betas(updates.Float32Rest))),
    Fault("no bias correction", "Adam", "faint", with_optimizer(AdamW, updates.with_betas(updates.NoPower))),
    Fault("moments by difference", "Adam", "single", with_rule(updates.moments_by_difference)),
    Fault("constants of the optimizer not rounded", "constants", "number", experiments.UnroundedOptimizer),
    Fault("constants of batch norm not rounded", "constants", "maps", experiments.UnroundedLayers),
    Fault("epsilon of batch norm not rounded", "constants", "number", experiments.UnroundedEpsilon),
    Fault(
        "momentum of batch norm swapped",
        "batch norm",
        "maps",
        with_layer(BatchNorm, lambda n: change(n, momentum=1 - n.momentum)),
    ),
    Fault("epsilon of batch norm 1e-3", "batch norm", "maps", with_layer(BatchNorm, lambda n: change(n, epsilon=1e-3))),
    Fault("running variance unbiased", "batch norm", "maps", with_module(layers.UnbiasedVariance)),
    Fault("running statistics not updated", "batch norm", "maps", with_module(layers.FrozenStatistics)),
    Fault("running statistics in float32", "batch norm", "maps", with_module(layers.Float32Statistics)),
    Fault("statistics of the batch in evaluation", "batch norm", "maps", with_module(layers.BatchStatistics)),
    Fault("running statistics in training", "batch norm", "maps", with_module(layers.RunningStatistics)),
    Fault("no gradient through the statistics", "batch norm", "maps", with_module(layers.ConstantStatistics)),
    Fault("dropout's scale missing", "dropout", "maps", with_steps(steps.unscaled_masks)),
    Fault("dropout's scale in float32", "dropout", "maps", with_steps(steps.float32_masks)),
    Fault("dropout in evaluation", "dropout", "maps", with_module(layers.DropoutInEvaluation)),
    Fault("dropout's mask transposed", "dropout", "maps", with_steps(steps.transposed_masks)),
    Fault("dropout's mask of the step before", "dropout", "maps", with_steps(steps.late_masks)),
    Fault("flatten in H-W-C order", "layout", "maps", with_module(layers.ChannelsLastFlatten)),
    Fault("kernel's height and width swapped", "layout", "maps", with_module(layers.SpatiallyTransposedKernel)),
    Fault("kernel's channels swapped", "layout", "maps", with_module(layers.SwappedChannels)),
    Fault("kernel flipped", "layout", "maps", with_module(layers.FlippedKernel)),
    Fault("linear weight not transposed", "layout", "dense", with_module(layers.UntransposedLinear)),
    Fault("padding 'same'", "convolution", "maps", with_module(layers.SamePadding)),
    Fault("convolution of float32", "convolution", "maps", with_module(layers.Float32Convolution)),
    Fault("pooling with ceil", "pooling", "maps", with_module(layers.CeilPooling)),
    Fault("gradient to all ties", "pooling", "maps", with_module(layers.TiedPooling)),
    Fault("average pooling", "pooling", "maps", with_module(layers.AveragePooling)),
    Fault("gradient of relu 1 at 0", "relu", "number", with_module(layers.SlopeAtZero)),
    Fault("softmax twice", "loss", "dense", with_loss(losses.twice_softmax)),
    Fault("cross-entropy summed", "loss", "dense", with_loss(losses.summed)),
    Fault("smaller batch divided by the full size", "loss", "dense", with_loss(losses.mean_of_full_batch)),
    Fault("loss of a sample cut at 64", "loss", "bright", with_loss(losses.clipped)),
    Fault("squared error summed", "loss", "number", with_loss(losses.summed)),
    Fault("targets broadcast", "loss", "number", with_loss(losses.broadcast)),
    Fault("last batch dropped", "data", "dense", experiments.DroppedBatch),
    Fault("order off by one batch", "data", "dense", with_steps(steps.late_order)),
    Fault("labels shifted", "data", "dense", experiments.ShiftedLabels),
    Fault("normalization twice", "data", "dense", experiments.NormalizedTwice),
    Fault("gradient not cleared", "training", "dense", experiments.KeptGradients),
    Fault("biases not trained", "training", "dense", experiments.UntrainedBiases),
    Fault("schedule late by one step", "schedule", "dense", with_steps(steps.late_rates)),
    Fault("learning rate in float32", "schedule", "dense", with_steps(steps.float32_rates)),
    Fault(
        "plateau: an epoch later",
        "schedule",
        "plateau",
        with_schedule(Plateau, lambda s: change(s, patience=s.patience + 1)),
    ),
    Fault("weights of another seed", "initial weights", "dense", experiments.OtherSeed),
    Fault("weights of another initializer", "initial weights", "maps", experiments.OtherInitializer),
    *composition.FAULTS,
    *normalization.FAULTS,
    *sequence.FAULTS,
    *OPTIMIZER_FAULTS,
    *GRADIENT_FAULTS,
    *convolution.FAULTS,
    *pooling.FAULTS,
    *activation.FAULTS,
)
