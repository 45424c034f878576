"""The truth of the ladder's own probes: the oracle's Python, which computes every probe a second time, run in float64."""

import sys
from contextlib import contextmanager

import torch

import machine
from measures import COMPUTED_IN, Truth, lowered, truth_of
from truth import nudges

sys.path.insert(0, str(machine.ORACLE))
import inputs
import reference
import training

LAYERS = (reference.blas, reference.linalg, reference.dnn, reference.ops, training.train)
# Adam divides each gradient by its own size and turns noise into full steps: these units detect, and have no class.
UNCLASSIFIED = ("train.cnn_adam.", "train.transformer_adamw.")


@contextmanager
def changed_inputs(change, default):
    """Every input goes through `change` after it was rounded to its own type; `default` is what torch.nn makes."""
    rounded = inputs.rounded
    inputs.rounded = lambda values, dtype: change(rounded(values, dtype))
    torch.set_default_dtype(default)
    try:
        yield
    finally:
        inputs.rounded = rounded
        torch.set_default_dtype(torch.float32)


def results(change, default=torch.float64):
    """Probe id to tensor. A layer that this dtype cannot compute is left at its first such probe."""
    found = {}
    with changed_inputs(change, default):
        for layer in LAYERS:
            try:
                for probe, tensor in layer():
                    found[probe] = tensor.detach().flatten()
            except (NotImplementedError, RuntimeError):
                if default == torch.float64:
                    raise
    return found


def in_lower_type(tensor):
    return tensor.to(COMPUTED_IN.get(tensor.dtype, tensor.dtype))


def of_all(baseline):
    """Truth by probe id, for the probes' results without injection."""
    exact = results(lambda tensor: tensor.double())
    nudged_runs = [results(lambda tensor, nudge=nudge: nudge(tensor).double()) for nudge in nudges()]
    lower_runs = [results(lambda tensor: lowered(tensor).double()), results(in_lower_type, torch.bfloat16)]
    truths = {}
    for probe, whole in baseline.items():
        if probe.startswith("rng."):
            truths[probe] = Truth(None, stream=True)
        elif probe.startswith(UNCLASSIFIED):
            truths[probe] = Truth(None)
        elif probe in exact:
            truths[probe] = truth_of(whole.tensor, exact[probe], [run[probe] for run in nudged_runs],
                                     [run[probe] for run in lower_runs if probe in run])
        else:  # the host's own arithmetic is what the C standard and IEEE 754 ask for, or nearly
            truths[probe] = truth_of(whole.tensor, whole.tensor.double(), [whole.tensor.double()],
                                     [lowered(whole.tensor)])
    return truths
