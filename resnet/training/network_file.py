"""Das Netz, das trainiert wird, aus der Datei der Musterlösung oder einer eigenen."""

from __future__ import annotations

import copy
import importlib.util
import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from resnet.training.errors import CallError


def load_network(path: Path, num_classes: int) -> nn.Module:
    """Lädt die Klasse ``ResNet`` aus einer Datei und legt ein Netz an.

    Raises:
        CallError: Wenn es die Datei oder die Klasse nicht gibt oder noch Lücken offen sind.
    """
    if not path.exists():
        raise CallError(f"{path} gibt es nicht.")
    spec = importlib.util.spec_from_file_location("trained_network", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise CallError(f"{path} ist keine Python-Datei.")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses schlagen das Modul unter seinem Namen nach.
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
        network: nn.Module = module.ResNet(num_classes)
        # Erst auswerten: Das legt auch Schichten an, die ihre Größe der Eingabe entnehmen. Mit
        # einer zweiten Zahl von Bildern fällt auf, wer eine fest eingebaut hat.
        with torch.no_grad():
            network.eval()(_black_images(3))
        # An einer Kopie, damit die laufenden Mittelwerte des Netzes unberührt bleiben.
        logits = copy.deepcopy(network).train()(_black_images(2))
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


def _black_images(number: int) -> Tensor:
    # Im Training sind es immer float32, gleich was die Datei zur Voreinstellung macht.
    return torch.zeros(number, 3, 32, 32, dtype=torch.float32)
