"""PyTorch's side of the comparison: reads commands from stdin, answers with seconds (see ../protocol.ts)."""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

MEMORY_FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


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
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(256 * 4 * 4, 10))


# Network, shape of a sample as it enters the network, samples held in memory.
NETWORKS = {"lenet5": (lenet5, (1, 32, 32), 60_000), "vgg-small": (vgg_small, (3, 32, 32), 512)}


class Session:
    """A network with its data in one memory format. Images are padded and scaled beforehand, and never gathered."""

    def __init__(self, network, layout):
        build, shape, self.count = NETWORKS[network]
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
        began = time.perf_counter()
        for inputs, labels in self.batches(batch, images):
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(self.model(inputs), labels).backward()
            optimizer.step()
        return time.perf_counter() - began

    def infer(self, batch, calls):
        with torch.inference_mode():
            began = time.perf_counter()
            for call in range(calls):
                begin = call * batch % (self.count - batch + 1)
                self.model(self.images[begin : begin + batch]).softmax(1)
            return time.perf_counter() - began


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


def main():
    torch.randn(8, 8) @ torch.randn(8, 8)
    python = sys.version.split()[0]
    print(f"ready {torch.__version__} ({onednn()}, {blas()}, Python {python}, eager)", flush=True)
    sessions = {}
    for line in sys.stdin:
        try:
            task, network, batch, amount, threads, layout = line.split()
            torch.set_num_threads(int(threads))
            if (network, layout) not in sessions:
                sessions[network, layout] = Session(network, layout)
            session = sessions[network, layout]
            seconds = {"train": session.train, "infer": session.infer}[task](int(batch), int(amount))
            print(f"ok {seconds}", flush=True)
        except Exception as error:  # The bench names it and goes on without this figure.
            print(f"error {type(error).__name__}: {error}".replace("\n", " "), flush=True)


main()
