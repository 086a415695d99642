"""Mehrere Prozesse rechnen an einem Training, über ``torch.distributed``.

Jeder Prozess bekommt denselben Anteil jedes Schritts. Damit dasselbe herauskommt wie in einem
Prozess, mittelt DDP die Gradienten, und die Batch-Normalisierung bildet Mittelwert und Varianz über
die Bilder aller Prozesse.
"""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.nn.parallel import DistributedDataParallel

# Solange einer etwas herunterlädt, warten die übrigen; NCCL gäbe nach zehn Minuten auf. Endet ein
# Prozess, beendet torchrun die anderen.
_PATIENCE = datetime.timedelta(hours=6)


@dataclass(frozen=True)
class Processes:
    """Der eigene Platz unter allen Prozessen.

    Attributes:
        rank: Nummer dieses Prozesses, ab 0.
        size: Zahl der Prozesse.
        local_rank: Nummer unter den Prozessen dieses Rechners; sie wählt die GPU.
        local_size: Zahl der Prozesse auf diesem Rechner.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1

    @classmethod
    def from_environment(cls) -> Processes:
        """Liest, was ``torchrun`` in die Umgebung schreibt; ohne ``torchrun`` ein Prozess."""
        names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
        if any(name not in os.environ for name in names):
            return cls()
        return cls(*(int(os.environ[name]) for name in names))

    @property
    def first(self) -> bool:
        """Ob dieser Prozess derjenige ist, der schreibt und druckt."""
        return self.rank == 0

    @contextlib.contextmanager
    def connected(self, device: torch.device) -> Iterator[None]:
        """Verbindet die Prozesse: NVIDIA-GPUs über NCCL, alles andere über Gloo."""
        if self.size == 1:
            yield
            return
        backend = "nccl" if device.type == "cuda" else "gloo"
        dist.init_process_group(backend, timeout=_PATIENCE)
        try:
            yield
        finally:
            dist.destroy_process_group()

    def wait(self) -> None:
        """Wartet, bis alle Prozesse hier sind."""
        if self.size > 1:
            dist.barrier()

    @contextlib.contextmanager
    def in_turn(self) -> Iterator[None]:
        """Auf jedem Rechner kommt erst ein Prozess an die Reihe, dann alle übrigen zugleich."""
        if self.local_rank != 0:
            self.wait()
        try:
            yield
        finally:
            if self.local_rank == 0:
                self.wait()

    def total(self, values: Tensor) -> Tensor:
        """Die Summe über alle Prozesse, in jedem von ihnen."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def from_first(self, value: Any) -> Any:
        """Der Wert, den der erste Prozess übergibt, in allen Prozessen."""
        if self.size == 1:
            return value
        values = [value]
        dist.broadcast_object_list(values)
        return values[0]

    def wrap(self, network: nn.Module) -> nn.Module:
        """Das Netz, wie es trainiert wird; die Gewichte gehören weiter dem übergebenen Netz."""
        if self.size == 1:
            return network
        share_batch_statistics(network)
        # Die laufenden Mittelwerte sind in allen Prozessen gleich und müssen nicht verteilt werden.
        return DistributedDataParallel(network, forward_sync_buffers=False)


ALONE = Processes()


class _Total(torch.autograd.Function):
    """Die Summe über alle Prozesse; ihr Gradient ist die Summe der Gradienten aller Prozesse."""

    @staticmethod
    def forward(ctx: FunctionCtx, values: Tensor) -> Tensor:
        result = values.clone()
        dist.all_reduce(result)
        return result

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> Tensor:
        return _Total.apply(gradient)


class SharedBatchNorm2d(nn.BatchNorm2d):
    """Batch-Normalisierung über die Bilder aller Prozesse; jeder hat gleich viele.

    ``nn.SyncBatchNorm`` kann das nur auf GPUs.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Wie ``nn.BatchNorm2d``, mit Mittelwert und Varianz über alle Prozesse."""
        if not self.training:
            return super().forward(x)
        size = dist.get_world_size()
        # Auch bfloat16 wird in float32 gemittelt, wie in nn.BatchNorm2d.
        values = x.float() if x.dtype.itemsize < 4 else x
        mean = _Total.apply(values.mean((0, 2, 3))) / size
        centred = values - mean[:, None, None]
        # Erst abziehen, dann quadrieren: E(x²) - E(x)² verlöre bei großem Mittelwert Stellen.
        variance = _Total.apply(centred.square().mean((0, 2, 3))) / size
        count = size * x.numel() / x.shape[1]
        if self.track_running_stats:
            with torch.no_grad():
                self.num_batches_tracked += 1
                # Ohne Momentum zählt jeder Schritt gleich viel.
                share = self.momentum or 1 / self.num_batches_tracked.item()
                self.running_mean.lerp_(mean, share)
                self.running_var.lerp_(variance * count / (count - 1), share)
        scale = torch.rsqrt(variance + self.eps)
        if not self.affine:
            return (centred * scale[:, None, None]).to(x.dtype)
        scale = self.weight * scale
        return (centred * scale[:, None, None] + self.bias[:, None, None]).to(x.dtype)


def share_batch_statistics(network: nn.Module) -> None:
    """Ersetzt jede ``nn.BatchNorm2d`` durch eine, die über alle Prozesse mittelt.

    Namen, Gewichte und laufende Mittelwerte bleiben.
    """
    if next(network.parameters()).is_cuda:
        nn.SyncBatchNorm.convert_sync_batchnorm(network)
        return
    for module in network.modules():
        for name, child in module.named_children():
            if type(child) is nn.BatchNorm2d:
                shared = SharedBatchNorm2d(child.num_features, child.eps, child.momentum)
                shared.__dict__.update(child.__dict__)
                setattr(module, name, shared)
