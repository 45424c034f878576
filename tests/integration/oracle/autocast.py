"""Whether CudaAutocast casts as torch.autocast does on CUDA: both are asked for the networks' operators on tensors that have a CUDA
device and no memory, so that no GPU is needed, and the operators that they come down to are compared, type by type."""

import torch
import torch.nn.functional as F
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import TorchDispatchMode

from training import CudaAutocast


class Operators(TorchDispatchMode):
    """What is computed or cast, with the types that go in and come out."""

    WITHOUT_TYPES = ("prim.", "aten.empty", "aten.view", "aten._unsafe_view", "aten.expand", "aten.detach", "aten.t.")

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        first = result[0] if isinstance(result, (tuple, list)) else result
        if not str(func).startswith(self.WITHOUT_TYPES):
            self.seen.append((str(func), [x.dtype for x in args if torch.is_tensor(x)], first.dtype))
        return result


def on_cuda(*shape, dtype=torch.float32):
    return torch.empty(*shape, device="cuda", dtype=dtype)


def networks():
    y = F.conv2d(on_cuda(2, 3, 8, 8), on_cuda(4, 3, 3, 3))
    y = F.batch_norm(y, on_cuda(4), on_cuda(4), on_cuda(4), on_cuda(4), training=True)
    y = F.linear(F.avg_pool2d(F.relu(y), 2).flatten(1), on_cuda(10, 36), on_cuda(10))
    F.cross_entropy(y, on_cuda(2, dtype=torch.int64))
    h = F.embedding(on_cuda(4, dtype=torch.int64), on_cuda(16, 8))
    h = F.linear(F.layer_norm(h, [8], on_cuda(8), on_cuda(8)), on_cuda(8, 8), on_cuda(8)).view(1, 1, 4, 8)
    with sdpa_kernel(SDPBackend.MATH):
        h = F.scaled_dot_product_attention(h, h, h, is_causal=True)
    return on_cuda(8) + F.gelu(h)


def operators(mode):
    with FakeTensorMode(), torch.no_grad(), mode, Operators() as operators:
        networks()
    return operators.seen


class RealAutocast:
    """torch.autocast("cuda") itself does nothing where there is no GPU."""

    def __init__(self, low):
        self.low = low

    def __enter__(self):
        torch.set_autocast_dtype("cuda", self.low)
        torch.set_autocast_enabled("cuda", True)

    def __exit__(self, *_):
        torch.set_autocast_enabled("cuda", False)


def compare_casts():
    faults = []
    for low in (torch.bfloat16, torch.float16):
        real, ours = operators(RealAutocast(low)), operators(CudaAutocast(low))
        faults += [f"under autocast to {low}: PyTorch {one}, here {other}" for one, other in zip(real, ours) if one != other]
        if len(real) != len(ours):
            faults.append(f"under autocast to {low}: {len(real)} operators of PyTorch's, {len(ours)} here")
    for fault in faults:
        print(fault)
    print(f"casts are those of torch.autocast on CUDA: {'no' if faults else 'yes'}")
    return not faults
