"""Dasselbe Netz ohne Shortcuts, mit Shortcuts und mit SE-Blöcken, unter gleichen Bedingungen.

``python -m recordings.shortcuts --record recordings/shortcuts.json`` trainiert alle Varianten mit
mehreren Startwerten und schreibt Verluste und Gradienten auf.

Alle Varianten gehen aus dem Netz der Musterlösung hervor: Der Tausch ersetzt nur die Shortcuts
oder hängt an den Hauptweg einen SE-Block. Was die Varianten gemeinsam haben, hat bei gleichem
Startwert dieselben Anfangsgewichte, und sie sehen dieselben Bilder in derselben Reihenfolge. Das
Rezept folgt He u. a. (2015), Abschnitt 4.2, im Optimierer: SGD mit demselben Momentum und demselben
Gewichtszerfall. Für eine einzige Epoche sind die Stapel kleiner und die Lernrate auch. Die Bilder
bleiben, wie sie sind: So ist der Verlust allein ein Maß dafür, wie gut der Optimierer vorankommt.
"""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from faltwerk.arguments import Parser
from resnet.solution import ResidualBlock, ResNet
from resnet.training.datasets.fashion_mnist import load_fashion
from resnet.training.disk import check_writable
from resnet.training.errors import CallError, DataError
from resnet.training.evaluation import accuracy
from resnet.training.images import Data
from resnet.training.provenance import circumstances, write
from resnet.training.wording import decimal, percent
from seresnet.solution import SqueezeAndExcitationBlock

PLAIN, RESIDUAL, SE = "plain", "residual", "se"
# Wird nicht trainiert, dient nur dem Vergleich der Gradienten vor dem ersten Schritt.
BARE = "bare"
LABELS = {
    BARE: "ohne Shortcuts, ohne Batch-Norm",
    PLAIN: "ohne Shortcuts",
    RESIDUAL: "mit Shortcuts",
    SE: "mit Shortcuts und SE",
}
TRAINED = (PLAIN, RESIDUAL, SE)
SEEDS = (0, 1, 2)
PROBE_IMAGES = 128


@dataclass(frozen=True)
class Recipe:
    """Womit alle Varianten trainiert werden.

    Attributes:
        epochs: Wie oft jedes Bild gesehen wird.
        batch_size: Bilder je Schritt.
        learning_rate: Lernrate am Anfang; sie fällt wie ein Kosinus bis auf null.
        momentum: Momentum des Optimierers SGD.
        weight_decay: Gewichtszerfall.
        interval: Über so viele Schritte wird der aufgezeichnete Verlust gemittelt.
    """

    epochs: int = 1
    batch_size: int = 64
    learning_rate: float = 0.02
    momentum: float = 0.9
    weight_decay: float = 1e-4
    interval: int = 5


class Nothing(nn.Module):
    """Ein Shortcut, der nichts beiträgt."""

    def forward(self, x: Tensor) -> float:
        """Gibt 0 zurück, gleich welche Eingabe kommt."""
        return 0.0


def build(variant: str, seed: int, num_classes: int = 10) -> ResNet:
    """Legt eine Variante des Netzes an.

    Args:
        variant: ``"bare"``, ``"plain"``, ``"residual"`` oder ``"se"``.
        seed: Startwert der Anfangsgewichte.
        num_classes: Zahl der Klassen.

    Raises:
        ValueError: Wenn es die Variante nicht gibt.
    """
    if variant not in LABELS:
        raise ValueError(f"Die Variante {variant!r} gibt es nicht, nur {', '.join(LABELS)}.")
    torch.manual_seed(seed)
    network = ResNet(num_classes)
    for block in [module for module in network.modules() if isinstance(module, ResidualBlock)]:
        if variant in (BARE, PLAIN):
            block.shortcut = Nothing()
        if variant == SE:
            block.conv2.append(SqueezeAndExcitationBlock(block.conv2[0].out_channels))
    if variant == BARE:
        for module in list(network.modules()):
            for name, child in module.named_children():
                if isinstance(child, nn.BatchNorm2d):
                    setattr(module, name, nn.Identity())
    return network.to(memory_format=torch.channels_last)


def main_path(network: ResNet) -> list[nn.Conv2d]:
    """Die 49 Faltungen des Hauptwegs, von der Eingabe zur Ausgabe."""
    blocks = [module for module in network.modules() if isinstance(module, ResidualBlock)]
    return [network.stem[0]] + [conv for b in blocks for conv in (b.conv1[0], b.conv2[0])]


def gradient_norms(network: ResNet, data: Data) -> list[float]:
    """Die Norm des Gradienten jeder Faltung des Hauptwegs, an immer denselben Bildern.

    Args:
        network: Das Netz; Gewichte und laufende Mittelwerte bleiben, wie sie sind.
        data: Benutzt werden die ersten 128 Trainingsbilder.

    Returns:
        Je Faltung die Wurzel aus der Quadratsumme von :math:`\\partial L/\\partial W`.
    """
    kept = {name: value.clone() for name, value in network.state_dict().items()}
    network.train().zero_grad()
    probe = data.train[:PROBE_IMAGES]
    F.cross_entropy(network(_input(data, probe.pixels)), probe.labels).backward()
    norms = [conv.weight.grad.norm().item() for conv in main_path(network)]
    network.zero_grad()
    network.load_state_dict(kept)
    return norms


def run(variant: str, seed: int, data: Data, recipe: Recipe) -> dict[str, Any]:
    """Trainiert eine Variante.

    Args:
        variant: ``"plain"``, ``"residual"`` oder ``"se"``.
        seed: Startwert der Anfangsgewichte und der Reihenfolge der Bilder.
        data: Die Bilder.
        recipe: Die Einstellungen.

    Returns:
        Variante, Startwert, ``steps`` und ``loss`` (mittlerer Verlust bis zu diesem Schritt,
        gemittelt über ``recipe.interval`` Schritte), ``gradients`` (``before`` und ``after`` dem
        Training) und ``validation`` (Verlust und Trefferquote am Ende).
    """
    network = build(variant, seed, len(data.classes))
    before = gradient_norms(network, data)
    losses = train(network, seed, data, recipe)
    after = gradient_norms(network, data)
    steps = range(recipe.interval, len(losses) + 1, recipe.interval)
    means = [sum(losses[step - recipe.interval : step]) / recipe.interval for step in steps]
    return {
        "variant": variant,
        "seed": seed,
        "steps": list(steps),
        "loss": [round(mean, 5) for mean in means],
        "gradients": {"before": before, "after": after},
        "validation": _validated(network, data),
    }


def train(network: ResNet, seed: int, data: Data, recipe: Recipe) -> list[float]:
    """Trainiert das Netz und gibt den Verlust jedes Schritts zurück."""
    optimizer = torch.optim.SGD(
        network.parameters(),
        lr=recipe.learning_rate,
        momentum=recipe.momentum,
        weight_decay=recipe.weight_decay,
    )
    size = recipe.batch_size
    steps = len(data.train) // size
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, recipe.epochs * steps)
    generator = torch.Generator().manual_seed(seed)
    losses = []
    network.train()
    for _ in range(recipe.epochs):
        order = torch.randperm(len(data.train), generator=generator)
        for indices in order[: steps * size].split(size):
            batch = data.train[indices]
            loss = F.cross_entropy(network(_input(data, batch.pixels)), batch.labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
    return losses


def _validated(network: ResNet, data: Data) -> dict[str, float]:
    """Verlust und Trefferquote auf den Validierungsbildern."""
    network.eval()
    with torch.no_grad():
        logits = torch.cat(
            [network(_input(data, pixels)) for pixels in data.validation.pixels.split(500)]
        )
    labels = data.validation.labels
    return {
        "loss": F.cross_entropy(logits, labels).item(),
        "accuracy": accuracy(labels, logits.argmax(dim=1)),
    }


def _input(data: Data, pixels: Tensor) -> Tensor:
    return data.normalised(pixels).contiguous(memory_format=torch.channels_last)


def record(
    command: str,
    data: Data,
    recipe: Recipe,
    seeds: tuple[int, ...] = SEEDS,
) -> Iterator[dict[str, Any]]:
    """Trainiert alle Varianten mit allen Startwerten, mit Angaben zur Herkunft.

    Args:
        command: Der Befehl, der in die Aufzeichnung kommt.
        data: Die Bilder.
        recipe: Die Einstellungen.
        seeds: Die Startwerte.

    Yields:
        Nach jedem Startwert die Aufzeichnung aller bisherigen.
    """
    begin = time.monotonic()
    runs: list[dict[str, Any]] = []
    for seed in seeds:
        # Je Startwert alle Varianten nacheinander: Wird der Rechner langsamer, trifft es alle.
        for variant in TRAINED:
            runs.append(run(variant, seed, data, recipe))
            last = runs[-1]
            print(
                f"{LABELS[variant]}, Startwert {seed}: Verlust {decimal(last['loss'][-1], 3)}, "
                f"Validierung {percent(last['validation']['accuracy'])}",
                flush=True,
            )
        yield {
            "command": command,
            **circumstances(),
            "data": data.name,
            "images": {"train": len(data.train), "validation": len(data.validation)},
            "settings": vars(recipe),
            "seconds": round(time.monotonic() - begin, 1),
            "runs": list(runs),
        }


def main(arguments: list[str]) -> int:
    """0: fertig, 1: abgebrochen, 2: falsch aufgerufen oder Daten fehlen."""
    parser = Parser(
        prog="python -m recordings.shortcuts",
        description="Trainiert dasselbe Netz ohne Shortcuts, mit Shortcuts und mit SE-Blöcken.",
    )
    parser.add_argument("--record", type=Path, help="die Läufe als JSON aufzeichnen")
    options = parser.parse_args(arguments)
    # Ein Thread: So hängt das Ergebnis nicht davon ab, wie viele Kerne der Rechner hat.
    torch.set_num_threads(1)
    command = shlex.join(["python", "-m", "recordings.shortcuts", *arguments])
    try:
        if options.record:
            check_writable(options.record)
        for result in record(command, load_fashion(), Recipe()):
            if options.record:
                write(result, options.record)
    except (CallError, DataError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        kept = "; aufgezeichnet sind die vollen Startwerte" if options.record else ""
        print(f"\nUnterbrochen{kept}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
