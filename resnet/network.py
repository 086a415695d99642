"""Das Netz, das trainiert wird: aus der Musterlösung oder einer eigenen Datei."""

from __future__ import annotations

import copy
import importlib.util
from pathlib import Path

import torch
from torch import nn

from resnet.checkpoint import CallError


def load_network(path: Path, num_classes: int) -> nn.Module:
    """Lädt die Klasse ``ResNet`` aus einer Datei und legt ein Netz an.

    Raises:
        CallError: Wenn es die Datei oder die Klasse nicht gibt oder noch Lücken offen sind.
    """
    if not path.exists():
        raise CallError(f"{path} gibt es nicht.")
    spec = importlib.util.spec_from_file_location("trained_network", path)
    if spec is None or not path.is_file():
        raise CallError(f"{path} ist keine Python-Datei.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        network = module.ResNet(num_classes)
        # An einer Kopie, damit die laufenden Mittelwerte des Netzes unberührt bleiben.
        logits = copy.deepcopy(network).train()(torch.zeros(2, 3, 32, 32))
        shape = tuple(logits.shape)
        logits.sum().backward()
    except (Exception, SystemExit) as error:
        text = " ".join(f"{type(error).__name__}: {error}".split())
        raise CallError(
            f"Das Netz in {path} rechnet noch nicht ({text}); "
            f"»python -m faltwerk check resnet {path}« zeigt, was fehlt."
        ) from error
    if shape != (2, num_classes):
        raise CallError(
            f"Das Netz in {path} gibt für 2 Bilder die Form {shape} aus; erlaubt ist nur "
            f"{(2, num_classes)}."
        )
    return network
