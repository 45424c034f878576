"""The recipe's trainings as anybody would write them: torch.nn modules and torch.optim with fused=True."""

import contextlib

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map

from inputs import below, positive, uniform
from reference import tf32

KEPT_STEPS = (1, 2, 4, 8, 16, 32)


class CudaAutocast(TorchFunctionMode):
    """What torch.autocast("cuda", low) casts, on any device: the lists of aten/src/ATen/autocast_mode.h as far as these networks
    meet them. autocast("cpu") has other lists."""

    LOWER = {torch.conv2d, F.linear, F.scaled_dot_product_attention}  # AT_FORALL_LOWER_PRECISION_FP
    FLOAT32 = {F.layer_norm}  # AT_FORALL_FP32

    def __init__(self, low):
        super().__init__()
        self.low = low

    def __torch_function__(self, func, types, args=(), kwargs=None):
        def cast(dtype, values):
            return tree_map(lambda x: x.to(dtype) if torch.is_tensor(x) and x.is_floating_point() else x, values)

        kwargs = kwargs or {}
        if func in self.LOWER:
            return func(*cast(self.low, args), **cast(self.low, kwargs))
        if func in self.FLOAT32:
            return func(*cast(torch.float32, args), **cast(torch.float32, kwargs))
        if func is F.cross_entropy:
            # cross_entropy_loss is in no list; it asks log_softmax for the type of its input (native/LossNLL.cpp), which autocast
            # then leaves alone, and nll_loss is in AT_FORALL_FP32.
            y, target = args[:2]
            return F.nll_loss(torch.log_softmax(y, 1, dtype=y.dtype).to(torch.float32), target)
        return func(*args, **kwargs)


class Cnn(nn.Module):
    def __init__(self, seed):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(16)
        self.linear = nn.Linear(144, 10)
        start(self, {
            "conv1.weight": uniform([8, 3, 3, 3], seed + 2, -2),
            "norm1.weight": positive([8], seed + 3),
            "norm1.bias": uniform([8], seed + 4, -3),
            "conv2.weight": uniform([16, 8, 3, 3], seed + 5, -3),
            "norm2.weight": positive([16], seed + 6),
            "norm2.bias": uniform([16], seed + 7, -3),
            "linear.weight": uniform([10, 144], seed + 8, -3),
            "linear.bias": uniform([10], seed + 9, -3),
        })
        self.x, self.labels = uniform([16, 3, 12, 12], seed), below(10, [16], seed + 1)

    def forward(self, step):
        h = F.relu(self.norm1(self.conv1(self.x)))
        h = F.relu(self.norm2(self.conv2(h)))
        y = self.linear(F.avg_pool2d(h, 2).flatten(1))
        return y, F.cross_entropy(y, self.labels)


class Transformer(nn.Module):
    def __init__(self, seed=6101):
        super().__init__()
        self.embedding = nn.Embedding(32, 32)
        self.norm1 = nn.LayerNorm(32)
        self.qkv = nn.Linear(32, 96)
        self.projection = nn.Linear(32, 32)
        self.norm2 = nn.LayerNorm(32)
        self.up = nn.Linear(32, 64)
        self.down = nn.Linear(64, 32)
        self.head = nn.Linear(32, 32, bias=False)
        start(self, {
            "embedding.weight": uniform([32, 32], seed + 2),
            "norm1.weight": positive([32], seed + 3),
            "norm1.bias": uniform([32], seed + 4, -3),
            "qkv.weight": uniform([96, 32], seed + 5, -2),
            "qkv.bias": uniform([96], seed + 6, -3),
            "projection.weight": uniform([32, 32], seed + 7, -2),
            "projection.bias": uniform([32], seed + 8, -3),
            "norm2.weight": positive([32], seed + 9),
            "norm2.bias": uniform([32], seed + 10, -3),
            "up.weight": uniform([64, 32], seed + 11, -2),
            "up.bias": uniform([64], seed + 12, -3),
            "down.weight": uniform([32, 64], seed + 13, -3),
            "down.bias": uniform([32], seed + 14, -3),
            "head.weight": uniform([32, 32], seed + 15, -2),
        })
        self.tokens, self.targets = below(32, [4, 16], seed), below(32, [64], seed + 1)

    def attention(self, h):
        q, k, v = self.qkv(h).view(4, 16, 3, 4, 8).permute(2, 0, 3, 1, 4)
        with sdpa_kernel(SDPBackend.MATH):
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.projection(mixed.transpose(1, 2).reshape(4, 16, 32))

    def forward(self, step):
        h = self.embedding(self.tokens)
        h = h + self.attention(self.norm1(h))
        h = h + self.down(F.gelu(self.up(self.norm2(h))))
        y = self.head(h).flatten(0, 1)
        return y, F.cross_entropy(y, self.targets)


class Dynamic(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(8, 16)
        self.hidden = nn.Linear(16, 16)
        self.out = nn.Linear(16, 4)
        start(self, {
            "first.weight": uniform([16, 8], 6203),
            "first.bias": uniform([16], 6204),
            "hidden.weight": uniform([16, 16], 6205, -1),
            "hidden.bias": uniform([16], 6206, -1),
            "out.weight": uniform([4, 16], 6207, -1),
            "out.bias": uniform([4], 6208, -1),
        })
        self.x, self.targets = uniform([8, 16, 8], 6201), uniform([8, 16, 4], 6202)
        self.depths = set()

    def forward(self, step):
        x = self.x[step % 8]
        h = torch.tanh(self.first(x))
        depth = 1 + int((x > 0).sum()) % 4
        self.depths.add(depth)
        for _ in range(depth):
            h = torch.tanh(self.hidden(h))
        y = self.out(h)
        return y, F.mse_loss(y, self.targets[step % 8])


def start(module, weights):
    parameters = dict(module.named_parameters())
    assert list(parameters) == list(weights), "the order of concatenation is that of the parameters"
    with torch.no_grad():
        for name, value in weights.items():
            parameters[name].copy_(value)


def joined(tensors):
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def trained(name, module, optimizer, mode=contextlib.nullcontext(), scale=1):
    for step in range(1, max(KEPT_STEPS) + 1):
        with mode:
            y, loss = module(step - 1)
        if step == 1:
            yield name + ".forward", y.detach().clone()
        optimizer.zero_grad()
        (loss * scale).backward()
        for parameter in module.parameters():
            parameter.grad /= scale
        if step == 1:
            yield name + ".gradients", joined(parameter.grad for parameter in module.parameters())
        optimizer.step()
        if step in KEPT_STEPS:
            yield f"{name}.w{step}", joined(module.parameters())


def cnn_sgd(name, seed, mode=contextlib.nullcontext(), scale=1):
    module = Cnn(seed)
    sgd = torch.optim.SGD(module.parameters(), lr=0.05, momentum=0.9, weight_decay=0.0005, fused=True)
    return trained(name, module, sgd, mode, scale)


def cnn_sgd_in_tf32(name):
    with tf32(cublas=True, cudnn=True):
        yield from cnn_sgd(name, 6301)


def cnn_adam(name):
    module = Cnn(6021)
    return trained(name, module, torch.optim.Adam(module.parameters(), lr=0.001, fused=True))


def transformer_adamw(name, seed=6101, mode=contextlib.nullcontext()):
    module = Transformer(seed)
    adamw = torch.optim.AdamW(module.parameters(), lr=0.001, weight_decay=0.01, fused=True)
    return trained(name, module, adamw, mode)


def dynamic_sgd(name):
    module = Dynamic()
    sgd = torch.optim.SGD(module.parameters(), lr=0.05, momentum=0.9, fused=True)
    yield from trained(name, module, sgd)
    assert len(module.depths) > 1, "every batch chose the same graph"


# Each by its name: the probes that it yields begin with that.
EVERYWHERE = {
    "train.cnn_sgd": lambda name: cnn_sgd(name, 6001),
    "train.cnn_adam": cnn_adam,
    "train.transformer_adamw": transformer_adamw,
    "train.dynamic_sgd": dynamic_sgd,
}
CUDA_ALONE = {
    "train.cnn_sgd_tf32": cnn_sgd_in_tf32,
    "train.cnn_sgd_bf16": lambda name: cnn_sgd(name, 6321, CudaAutocast(torch.bfloat16)),
    "train.cnn_sgd_f16": lambda name: cnn_sgd(name, 6341, CudaAutocast(torch.float16), 1024),
    "train.transformer_adamw_bf16": lambda name: transformer_adamw(name, 6401, CudaAutocast(torch.bfloat16)),
}


def train(trainings):
    for name, run in trainings.items():
        yield from run(name)
