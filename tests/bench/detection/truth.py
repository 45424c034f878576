"""The truth of every case and network: computed once, in this process, without injection."""

import torch

from case import inputs_of
from cases import all_cases
from measures import COMPUTED_IN, Truth, lowered, nudged, truth_of
from networks import NETWORKS, as_it_is, train

NUDGES = 9


def in_float64(case, change=as_it_is):
    tensors = [change(tensor) for tensor in inputs_of(case)]
    return case.function(*[tensor.double() if tensor.is_floating_point() else tensor for tensor in tensors])


def nudges():
    """Changes of inputs, each another."""
    generator = torch.Generator().manual_seed(1)
    return [lambda tensor: nudged(tensor, generator)] * NUDGES


def in_lower_types(case):
    """With inputs of the next lower type, and computed in it where PyTorch can."""
    yield in_float64(case, lowered)
    try:
        lower = COMPUTED_IN[case.dtype]
        yield case.function(*[tensor.to(lower) if tensor.is_floating_point() else tensor for tensor in inputs_of(case)])
    except (KeyError, RuntimeError):
        pass


def of_case(case, result):
    if case.is_random_stream or isinstance(result, str) or not result.is_floating_point():
        return Truth(None, stream=True)
    return truth_of(result, in_float64(case), [in_float64(case, nudge) for nudge in nudges()],
                    list(in_lower_types(case)))


def of_network(network, results):
    """Truths by result name. Adam's weights are judged as moved or not; the first output and gradients have a class."""
    exact = train(network, torch.float64)[0]
    nudged_runs = [train(network, torch.float64, nudge)[0] for nudge in nudges()]
    lower_runs = [train(network, torch.float64, lowered)[0], train(network, torch.bfloat16)[0]]
    truths = {}
    for part, tensor in exact.items():
        name = f"train.{network.name}.{part}"
        known = network.classifies or part != "weights"
        truths[name] = truth_of(results[name], tensor, [run[part] for run in nudged_runs],
                                [run[part] for run in lower_runs]) if known else Truth(None)
    return truths


def of_all(results):
    """Truth by name of result."""
    truths = {case.name: of_case(case, results[case.name]) for case in all_cases()}
    for network in NETWORKS:
        truths.update(of_network(network, results))
    return truths
