"""Five ordinary networks, each trained for a few steps on fixed data. Weights and data come from NumPy's integers, so that every
run, whatever moves in torch's generators, starts from the same numbers."""

import math
from dataclasses import dataclass
from typing import Callable

import torch
import torch.nn.functional as F
from torch import nn

from case import Indices, Reals, draw

STEPS = 12


class Classifier(nn.Sequential):
    """A multi-layer perceptron."""
    def __init__(self):
        super().__init__(nn.Linear(48, 96), nn.ReLU(), nn.Linear(96, 64), nn.Tanh(), nn.Linear(64, 10))


class Pictures(nn.Sequential):
    """A small CNN with BatchNorm."""
    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 12, 3, padding=1, bias=False), nn.BatchNorm2d(12), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(12, 20, 3, padding=1, bias=False), nn.BatchNorm2d(20), nn.ReLU(), nn.AdaptiveAvgPool2d(2),
            nn.Flatten(), nn.Linear(80, 7))


class Sequences(nn.Module):
    """An LSTM that classifies a sequence by its last state."""
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(40, 20)
        self.lstm = nn.LSTM(20, 28, batch_first=True)
        self.head = nn.Linear(28, 5)

    def forward(self, tokens):
        return self.head(self.lstm(self.embedding(tokens))[0][:, -1])


class Encoder(nn.Module):
    """Two transformer blocks, averaged over the sequence."""
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 24)
        block = nn.TransformerEncoderLayer(24, 3, dim_feedforward=40, dropout=0.0, activation="gelu", batch_first=True)
        self.blocks = nn.TransformerEncoder(block, 2, enable_nested_tensor=False)
        self.head = nn.Linear(24, 6)

    def forward(self, tokens):
        return self.head(self.blocks(self.embedding(tokens)).mean(1))


class Segmentation(nn.Module):
    """A U-Net with one step down, one up and one skip."""
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(2, 10, 3, padding=1)
        self.down = nn.Conv2d(10, 16, 3, stride=2, padding=1)
        self.norm = nn.GroupNorm(4, 16)
        self.up = nn.ConvTranspose2d(16, 10, 2, stride=2)
        self.last = nn.Conv2d(20, 1, 3, padding=1)

    def forward(self, x):
        skip = F.silu(self.first(x))
        deep = F.silu(self.norm(self.down(skip)))
        return self.last(torch.cat([skip, self.up(deep)], dim=1))


@dataclass(frozen=True)
class Network:
    """`classifies`: its weights stay near the true ones, so that a distance means something. Adam divides each gradient by its
    own size and turns noise into full steps."""
    name: str
    model: Callable
    data: object
    target: object
    loss: Callable
    optimizer: Callable
    classifies: bool


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.05, momentum=0.9)


def adam(parameters):
    return torch.optim.Adam(parameters, lr=0.002)


def adamw(parameters):
    return torch.optim.AdamW(parameters, lr=0.002)


NETWORKS = (
    Network("mlp", Classifier, Reals((24, 48)), Indices((24,), 10), F.cross_entropy, sgd, True),
    Network("cnn", Pictures, Reals((12, 3, 16, 16)), Indices((12,), 7), F.cross_entropy, sgd, True),
    Network("lstm", Sequences, Indices((10, 14), 40), Indices((10,), 5), F.cross_entropy, adam, False),
    Network("encoder", Encoder, Indices((8, 18), 50), Indices((8,), 6), F.cross_entropy, adamw, False),
    Network("unet", Segmentation, Reals((4, 2, 16, 16)), Reals((4, 1, 16, 16), 0.0, 1.0),
            F.binary_cross_entropy_with_logits, sgd, True),
)


def as_it_is(tensor):
    return tensor


def filled(model, name, change):
    """Every weight uniform within 1 / sqrt(fan-in), as torch.nn begins; scales of norms are left at 1."""
    for position, (key, parameter) in enumerate(model.named_parameters()):
        if parameter.dim() > 1:
            bound = 1 / math.sqrt(parameter[0].numel())
            values = draw(f"{name}.{key}", position, Reals(tuple(parameter.shape), -bound, bound), torch.float32)
            parameter.data.copy_(change(values))
        elif not key.endswith("weight"):
            parameter.data.zero_()
    return model


def joined(tensors):
    """One flat tensor; bfloat16 is widened, so that a cast network can be compared with the network it was."""
    flat = torch.cat([tensor.detach().flatten() for tensor in tensors])
    return flat.float() if flat.dtype == torch.bfloat16 else flat


def given(network, dtype, change):
    for place, wanted in ((100, network.data), (101, network.target)):
        tensor = draw(network.name, place, wanted, torch.float32)
        yield change(tensor).to(dtype) if tensor.is_floating_point() else tensor


def train(network, dtype=torch.float32, change=as_it_is):
    """First output, first gradients, final weights and the loss of every step. `dtype` is that of weights and data; `change` is
    done to both before."""
    model = filled(network.model(), network.name, change).to(dtype)
    data, target = given(network, dtype, change)
    optimizer = network.optimizer(model.parameters())
    kept, losses = {}, []
    for step in range(STEPS):
        output = model(data)
        loss = network.loss(output, target)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            kept["forward"] = joined([output])
            kept["gradients"] = joined(parameter.grad for parameter in model.parameters())
        optimizer.step()
        losses.append(float(loss.detach()))
    kept["weights"] = joined(model.parameters())
    return kept, losses
