"""Wie die Gewichte sich ändern: der Optimierer und der Plan seiner Lernrate."""

from __future__ import annotations

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import OneCycleLR

from resnet.training.settings import Settings


def new_optimizer(network: nn.Module, settings: Settings) -> Optimizer:
    """Der Optimierer; der Gewichtszerfall trifft nur Faltungen und lineare Schichten."""
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    weights = [parameter for parameter in parameters if parameter.ndim > 1]
    others = [parameter for parameter in parameters if parameter.ndim <= 1]
    groups = [
        {"params": group, "weight_decay": decay}
        for group, decay in ((weights, settings.weight_decay), (others, 0.0))
        if group
    ]
    if settings.optimizer == "sgd":
        return torch.optim.SGD(groups, settings.learning_rate, 0.9, nesterov=True, fused=True)
    return torch.optim.AdamW(groups, settings.learning_rate, fused=True)


def one_cycle(optimizer: Optimizer, settings: Settings, steps: int) -> OneCycleLR:
    """Der OneCycle-Plan: Die Lernrate steigt bis zur größten und fällt dann bis fast auf null.

    Quelle: Smith und Topin, „Super-Convergence: Very Fast Training of Neural Networks Using Large
    Learning Rates“ (2018).

    Args:
        optimizer: Der Optimierer, dessen Lernrate er stellt.
        settings: Die Einstellungen.
        steps: Schritte je Epoche.
    """
    total = settings.epochs * steps + 1
    return OneCycleLR(
        optimizer,
        settings.learning_rate,
        total_steps=total,
        # Endet der Anstieg genau mit dem ersten Schritt, teilt OneCycleLR durch seine Länge 0.
        pct_start=0.0 if settings.warmup * total == 1 else settings.warmup,
        cycle_momentum=settings.optimizer == "adamw",
    )
