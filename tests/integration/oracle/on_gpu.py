"""What PyTorch computes of a GPU's ladder, on that GPU, against the engine's bytes. What this script has no code for is named; what
PyTorch refuses on this device the engine must have refused too."""

import contextlib
from pathlib import Path

import torch
from torch.nn.attention import SDPBackend

import inputs
import reference
from answers import explain, is_same, raw
from engine import measure, probe_names
from profiles import as_is, is_as_is
from training import CUDA_ALONE, EVERYWHERE

REFUSED = ("unsupported", "not-deterministic")


def first_line(error):
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__


def settle():
    """CUDA's errors come late."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def compute(names):
    """The tensors by probe, and why PyTorch refused the rest."""
    computed, refused = {}, {}
    for layer in (reference.rng, reference.blas, reference.linalg, reference.dnn, reference.ops, reference.cuda_alone,
                  reference.only_on_cuda):
        for name, compute_one in layer():
            if name not in names:
                continue
            try:
                with as_is() if is_as_is(name) else contextlib.nullcontext():
                    computed[name] = compute_one()
                    settle()
            except RuntimeError as error:
                refused[name] = first_line(error)
    for training, run in (EVERYWHERE | CUDA_ALONE).items():
        try:
            for name, tensor in run(training):
                computed[name] = tensor
            settle()
        except RuntimeError as error:
            rest = [name for name in names if name.startswith(training + ".") and name not in computed]
            refused.update(dict.fromkeys(rest, first_line(error)))
    return computed, refused


def attention_differs_from_math():
    """Were a backend not the one that it is asked to be, it would be math."""
    same = []
    for name, (seed, dtype, backend) in reference.CUDA_ATTENTION.items():
        try:
            if raw(reference.attention(seed, dtype, backend)) == raw(reference.attention(seed, dtype, SDPBackend.MATH)):
                same.append(name)
        except RuntimeError as error:
            print(f"{name}: refused: {first_line(error)}")
    print(f"attention that gives the bits of math: {', '.join(same) or 'none'}")
    return not same


def compare(engine, listing, device):
    if device != "cpu" and not torch.cuda.is_available():
        print(f"PyTorch {torch.__version__} of this interpreter sees no GPU: nothing is compared")
        return False
    names = probe_names(listing, "cuda")
    inputs.DEVICE = device
    torch.set_default_device(device)
    computed, refused = compute(names)
    tried = [name for name in names if name in computed or name in refused]
    install = Path(torch.__file__).parent
    strict, default = [[name for name in tried if is_as_is(name) == wanted] for wanted in (False, True)]
    answers = measure(engine, install, torch.__version__, strict, device=device)
    answers |= measure(engine, install, torch.__version__, default, "as-is", device)
    faults = [explain(name, answers.get(name), tensor) for name, tensor in computed.items()
              if not is_same(answers.get(name), tensor)]
    for name, why in refused.items():
        status = answers.get(name, {}).get("status", "no line")
        print(f"{name}: PyTorch refuses it: {why}; the engine: {status}")
        if status not in REFUSED:
            faults.append(f"{name}: refused by PyTorch alone")
    for fault in faults:
        print(fault)
    print(f"not computed here: {', '.join(name for name in names if name not in tried)}")
    print(f"{len(tried) - len(faults)} of {len(tried)} byte-identical on {device} with torch {torch.__version__}"
          f"{f', {len(refused)} of them refused by both' if refused else ''}")
    backends = attention_differs_from_math() if device != "cpu" else True
    return not faults and backends
