"""PyTorch's side of the comparison: reads commands from stdin, answers with seconds (see ../protocol.ts)."""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

MEMORY_FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}

# The layers, optimizers and widths of dense layers that the bench compares: what stands in ../*-cases.ts.
CASES = json.loads(sys.argv[1])


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.Tanh(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Tanh(), nn.MaxPool2d(2),
        nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(),
        nn.Linear(120, 10), nn.Tanh(),
    )  # fmt: skip


def vgg_small():
    layers, channels = [], 3
    for filters in (64, 128, 256):
        for _ in range(2):
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(inplace=True)]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(256 * 4 * 4, 10))


def normalized(channels, filters, kernel, stride):
    conv = nn.Conv2d(channels, filters, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(filters))


class BasicBlock(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.first = normalized(channels, filters, 3, stride)
        self.second = normalized(filters, filters, 3, 1)
        self.shortcut = normalized(channels, filters, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x):
        y = self.second(F.relu(self.first(x), inplace=True))
        y += self.shortcut(x)
        return F.relu(y, inplace=True)


def resnet20():
    layers, channels = [normalized(3, 16, 3, 1), nn.ReLU(inplace=True)], 16
    for stage, filters in enumerate((16, 32, 64)):
        for block in range(3):
            layers.append(BasicBlock(channels, filters, 2 if stage > 0 and block == 0 else 1))
            channels = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


# Network, shape of a sample as it enters the network, samples held in memory.
NETWORKS = {
    "lenet5": (lenet5, (1, 32, 32), 60_000),
    "vgg-small": (vgg_small, (3, 32, 32), 512),
    "resnet20": (resnet20, (3, 32, 32), 512),
}


def step(model, optimizer, inputs, labels):
    optimizer.zero_grad(set_to_none=True)
    F.cross_entropy(model(inputs), labels).backward()
    optimizer.step()


class Network:
    """A network with its data in one memory format. Images are padded and scaled beforehand, and never gathered."""

    def __init__(self, name, layout):
        build, shape, self.count = NETWORKS[name]
        self.format = MEMORY_FORMATS[layout]
        self.model = build().to(memory_format=self.format)
        generator = torch.Generator().manual_seed(1)
        self.images = torch.rand((self.count, *shape), generator=generator).contiguous(memory_format=self.format)
        self.labels = torch.randint(10, (self.count,), generator=generator)

    def batches(self, batch, images):
        for start in range(0, images, batch):
            begin = start % self.count
            end = min(begin + batch, begin + images - start, self.count)
            yield self.images[begin:end], self.labels[begin:end]

    def train(self, batch, images):
        optimizer = torch.optim.SGD(self.model.parameters(), lr=1e-6)
        for inputs, labels in self.batches(batch, images):
            step(self.model, optimizer, inputs, labels)

    def infer(self, batch, calls):
        with torch.inference_mode():
            for call in range(calls):
                begin = call * batch % (self.count - batch + 1)
                self.model(self.images[begin : begin + batch]).softmax(1)


class Layer:
    """A layer by itself: forward and backward, the gradient of its input included. Nothing else is counted."""

    def __init__(self, name, layout, batch):
        expression, shape = CASES["layers"][name]
        images = len(shape) == 3
        memory_format = MEMORY_FORMATS[layout] if images else torch.contiguous_format
        self.module = eval(expression, {"nn": nn, "torch": torch})
        if images:
            self.module = self.module.to(memory_format=memory_format)
        self.input = torch.rand((batch, *shape)).contiguous(memory_format=memory_format).requires_grad_(True)
        self.gradient = torch.rand_like(self.module(self.input))

    def run(self, batch, steps):
        for _ in range(steps):
            self.input.grad = None
            self.module.zero_grad(set_to_none=True)
            self.module(self.input).backward(self.gradient)


class Optimizer:
    """Training steps of a network of dense layers, images that lie in memory."""

    def __init__(self, name, variant, batch):
        widths, layers = CASES["widths"], []
        for inputs, outputs in zip(widths, widths[1:]):
            layers += [nn.Linear(inputs, outputs), nn.ReLU(inplace=True)]
        self.model = nn.Sequential(*layers[:-1])
        kind, *options = CASES["optimizers"][name]
        arguments = {"lr": CASES["rate"], "foreach": variant == "foreach", **(options[0] if options else {})}
        self.optimizer = getattr(torch.optim, kind)(self.model.parameters(), **arguments)
        self.inputs = torch.rand((batch, widths[0]))
        self.labels = torch.randint(widths[-1], (batch,))

    def run(self, batch, steps):
        for _ in range(steps):
            step(self.model, self.optimizer, self.inputs, self.labels)


def blas():
    """The BLAS library that is loaded, as far as the system tells."""
    try:
        with open("/proc/self/maps") as maps:
            names = {line.split("/")[-1].strip() for line in maps if "/" in line}
    except OSError:
        return "BLAS unknown"
    if any("libtorch_cpu" in name for name in names) and torch.backends.mkl.is_available():
        return "MKL"
    if any("openblas" in name for name in names):
        return "OpenBLAS"
    return "reference BLAS, slow" if any(name.startswith("libblas.") for name in names) else "BLAS unknown"


def onednn():
    lines = [line for line in torch.__config__.show().splitlines() if "MKL-DNN" in line or "oneDNN" in line]
    return f"oneDNN {lines[0].split(' v')[1].split(' ')[0]}" if lines else "without oneDNN"


class Work:
    """What a command asks for, as a function of an amount. The networks stay; of the small cases only the last does."""

    def __init__(self):
        self.networks = {}
        self.case = None, None

    def find(self, task, subject, batch, variant):
        if task in ("train", "infer"):
            key = subject, variant
            if key not in self.networks:
                self.networks[key] = Network(*key)
            return getattr(self.networks[key], task)
        key = task, subject, variant, batch
        if self.case[0] != key:
            kind = {"layer": Layer, "optimizer": Optimizer}[task]
            self.case = key, kind(subject, variant, batch)
        return self.case[1].run


def main():
    torch.randn(8, 8) @ torch.randn(8, 8)
    python = sys.version.split()[0]
    print(f"ready {torch.__version__} ({onednn()}, {blas()}, Python {python}, eager)", flush=True)
    work = Work()
    for line in sys.stdin:
        try:
            task, subject, batch, amount, threads, variant = line.split()
            torch.set_num_threads(int(threads))
            run = work.find(task, subject, int(batch), variant)
            began = time.perf_counter()
            run(int(batch), int(amount))
            print(f"ok {time.perf_counter() - began}", flush=True)
        except Exception as error:  # The bench names it and goes on without this figure.
            print(f"error {type(error).__name__}: {error}".replace("\n", " "), flush=True)


main()
