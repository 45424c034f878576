"""The settings of both profiles, as Python names them."""

import contextlib

import torch


def pin():
    """What strict pins."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.backends.mkldnn.set_flags(_deterministic=True)
    torch.backends.cuda.matmul.allow_fp16_accumulation = False
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False


@contextlib.contextmanager
def as_is():
    """PyTorch's own defaults, for a while."""
    torch.use_deterministic_algorithms(False)
    torch.backends.mkldnn.set_flags(_deterministic=False)
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = True
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = True
    torch.backends.cudnn.allow_tf32, torch.backends.cudnn.deterministic = True, False
    try:
        yield
    finally:
        pin()


def is_as_is(name):
    """Run under PyTorch's own defaults alone."""
    return name.startswith("ops.sdpa_default_")
