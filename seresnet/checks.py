"""Prüffälle der Übung: erst Formen, dann Werte, dann Gradienten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from faltwerk.cases import Case
from seresnet.solution import BottleneckBlock, SqueezeAndExcitationBlock

SE = "SqueezeAndExcitationBlock"
BOTTLENECK = "BottleneckBlock"


def shapes(block: nn.Module) -> list[tuple[int, ...]]:
    """Formen aller Gewichte, in der Reihenfolge, in der die Schichten angelegt wurden."""
    return [tuple(tensor.shape) for tensor in (*block.parameters(), *block.buffers())]


def with_ones(block: nn.Module) -> nn.Module:
    """Setzt jedes Gewicht auf 1 und rechnet in float64, damit sich Werte leicht nachrechnen lassen.

    Die Gewichte werden über ihre Reihenfolge angesprochen, nicht über ihren Namen: So bleibt ein
    Block richtig, dessen Schichten anders heißen.
    """
    block = block.double()
    with torch.no_grad():
        for parameter in block.parameters():
            parameter.fill_(1)
    return block


def with_weights(block: nn.Module, scale: float = 1.0) -> nn.Module:
    """Setzt feste, unregelmäßige Gewichte beider Vorzeichen und rechnet in float64."""
    block = block.double()
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for parameter in block.parameters():
            values = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.copy_(scale * values)
    return block


def images(*shape: int, scale: float = 1.0) -> Tensor:
    """Feste Bilder mit positiven und negativen Werten, in float64."""
    generator = torch.Generator().manual_seed(7)
    return scale * torch.randn(shape, generator=generator, dtype=torch.float64)


def gradients(block: nn.Module, x: Tensor) -> dict[str, object]:
    """Gradienten einer gewichteten Summe der Ausgabe, nach der Eingabe und allen Gewichten."""
    x = x.clone().requires_grad_()
    y = block(x)
    (y * torch.linspace(-1, 2, y.numel(), dtype=y.dtype).reshape(y.shape)).sum().backward()
    weights = [parameter.grad for parameter in block.parameters()]
    return {"x.grad": x.grad, "Gradienten der Gewichte": weights}


def unchanged(block: nn.Module, x: Tensor) -> bool:
    """Ob die Eingabe nach der Vorwärtsrechnung noch dieselben Werte hat."""
    before = x.clone()
    block(x)
    return torch.equal(before, x)


class Recorder(TorchFunctionMode):
    """Beobachter eines Blocks: hält fest, welche Werte die gemeldeten Tensoren hatten.

    Eine Aktivierung darf an Ort und Stelle rechnen. Deshalb zählen von einem Tensor alle Werte,
    die er im Lauf der Rechnung hatte, nicht nur die, bei denen es am Ende bleibt.
    """

    def __init__(self) -> None:
        super().__init__()
        # Der Tensor steht mit dabei, damit seine Nummer nicht an einen anderen vergeben wird.
        self.history: dict[int, tuple[Tensor, list[Tensor]]] = {}
        self.seen: dict[str, list[object]] = defaultdict(list)

    def __torch_function__(
        self, func: Callable, types: object, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            values = self.history.setdefault(id(result), (result, []))[1]
            values.append(result.detach().clone())
        return result

    def values(self, **tensors: object) -> None:
        """Nimmt Zwischenergebnisse auf."""
        for name, tensor in tensors.items():
            _, values = self.history.get(id(tensor), (tensor, []))
            self.seen[name] += [*values, tensor]

    def gradients(self, **tensors: Tensor) -> None:
        """Nimmt die Gradienten der Kopien von ``x`` auf; kommt keiner an, bleibt es bei 0."""
        for name, tensor in tensors.items():
            if name.startswith("x_"):
                seen = self.seen[f"{name}.grad"]
                seen.append(torch.zeros_like(tensor))
                tensor.register_hook(partial(seen.__setitem__, -1))


def recorded(block: nn.Module, x: Tensor) -> dict[str, list[object]]:
    """Alles, was ein Block beim Vorwärts- und Rückwärtsrechnen meldet."""
    x = x.clone().requires_grad_()
    block.trace = recorder = Recorder()
    with recorder:
        y = block(x)
    (y * torch.linspace(-1, 2, y.numel(), dtype=y.dtype).reshape(y.shape)).sum().backward()
    return recorder.seen


def agrees(value: object, right: Tensor) -> bool:
    """Ob ein Tensor die richtigen Werte hat; auf seine genaue Form kommt es hier nicht an."""
    if not isinstance(value, Tensor):
        return False
    if value.numel() == right.numel():
        value = value.reshape(right.shape)
    try:
        return torch.allclose(value.to(right.dtype), right, rtol=1e-9, atol=1e-11)
    except RuntimeError:
        return False


def traced(block: nn.Module, sample: nn.Module, x: Tensor) -> dict[str, object]:
    """Die Zwischenergebnisse und die Gradienten der Kopien, wie der Block sie meldet.

    Wer ``forward`` ganz neu schreibt, braucht nichts zu melden: Was nicht gemeldet wird, gilt als
    richtig. Was falsch gemeldet wird, erscheint so, wie es gemeldet wurde.
    """
    reports = recorded(block, x)
    result: dict[str, object] = {}
    for name, (right, *_) in recorded(sample, x).items():
        values = reports.get(name, [right])
        is_right = any(agrees(value, right) for value in values)
        result[name] = right if is_right else values[-1]
    return result


# Fast alle Fälle brauchen die Helfer; Meldungen zeigen nur Arrays und Tensoren.
HELPERS = {
    "shapes": shapes,
    "with_ones": with_ones,
    "with_weights": with_weights,
    "gradients": gradients,
    "unchanged": unchanged,
    "traced": traced,
}


def _case(part: str, name: str, code: str, **given: object) -> Case:
    # Ausgabe und Gradienten haben den Datentyp der Eingabe, das verspricht der Docstring.
    return Case(part=part, name=name, code=code, given=HELPERS | given, dtype=True)


def _se_cases() -> list[Case]:
    small = torch.tensor([[[[1, 2, 3], [4, 5, 3]], [[0, -1, 0], [-2, 0, 0]]]], dtype=torch.float64)
    return [
        _case(SE, "Formen der Gewichte", "shapes(SqueezeAndExcitationBlock(6, r=3))"),
        _case(SE, "Formen der Gewichte, r = 2", "shapes(SqueezeAndExcitationBlock(8, r=2))"),
        _case(SE, "Formen der Gewichte, r = 16", "shapes(SqueezeAndExcitationBlock(32))"),
        _case(
            SE,
            "Form der Ausgabe",
            "tuple(with_ones(SqueezeAndExcitationBlock(2, r=2))(x).shape)",
            x=small,
        ),
        _case(
            SE,
            "ein Bild, zwei Kanäle, alle Gewichte 1",
            "with_ones(SqueezeAndExcitationBlock(2, r=2))(x)",
            x=small,
        ),
        _case(
            SE,
            "ein Bild, Gewichte beider Vorzeichen",
            "with_weights(SqueezeAndExcitationBlock(4, r=2))(x)",
            x=images(1, 4, 2, 3),
        ),
        _case(
            SE,
            "drei Bilder, Höhe ungleich Breite",
            "with_weights(SqueezeAndExcitationBlock(6, r=3))(x)",
            x=images(3, 6, 4, 2),
        ),
        _case(
            SE,
            "große Werte, nicht gesättigtes Gate",
            "with_weights(SqueezeAndExcitationBlock(8, r=2), scale=0.3)(x)",
            x=images(2, 8, 1, 2, scale=20.0),
        ),
        _case(
            SE,
            "unveränderte Eingabe",
            "unchanged(with_weights(SqueezeAndExcitationBlock(4, r=2)), x)",
            x=images(2, 4, 2, 3),
        ),
        _case(
            SE,
            "Gradienten",
            "gradients(with_weights(SqueezeAndExcitationBlock(6, r=3)), x)",
            x=images(2, 6, 2, 3),
        ),
        _case(
            SE,
            "Zwischenergebnisse und Gradienten der Kopien",
            "traced(with_weights(SqueezeAndExcitationBlock(6, r=2)), with_weights(sample), x)",
            sample=SqueezeAndExcitationBlock(6, r=2),
            x=images(3, 6, 2, 3),
        ),
    ]


def _bottleneck_cases() -> list[Case]:
    small = torch.tensor([[[[1, 0, 2]], [[0, -1, 0]], [[3, 0, 0]], [[-9, 1, 0]]]]).double()
    return [
        _case(BOTTLENECK, "Formen der Gewichte ohne SE-Block", "shapes(BottleneckBlock(12, 3))"),
        _case(
            BOTTLENECK,
            "Formen der Gewichte mit SE-Block",
            "shapes(BottleneckBlock(12, 3, r_se=2))",
        ),
        _case(
            BOTTLENECK,
            "Form der Ausgabe ohne SE-Block",
            "tuple(with_ones(BottleneckBlock(4, 1))(x).shape)",
            x=small,
        ),
        _case(
            BOTTLENECK,
            "ohne SE-Block, alle Gewichte 1",
            "with_ones(BottleneckBlock(4, 1))(x)",
            x=small,
        ),
        _case(
            BOTTLENECK,
            "mit SE-Block, alle Gewichte 1",
            "with_ones(BottleneckBlock(4, 1, r_se=2))(x)",
            x=small,
        ),
        _case(
            BOTTLENECK,
            "ohne SE-Block, Höhe ungleich Breite",
            "with_weights(BottleneckBlock(8, 2))(x)",
            x=images(2, 8, 4, 3, scale=3.0),
        ),
        _case(
            BOTTLENECK,
            "mit SE-Block, Höhe ungleich Breite",
            "with_weights(BottleneckBlock(12, 3, r_se=3), scale=0.5)(x)",
            x=images(2, 12, 2, 5),
        ),
        _case(
            BOTTLENECK,
            "mit SE-Block, große Werte",
            "with_weights(BottleneckBlock(8, 2, r_se=2), scale=0.5)(x)",
            x=images(2, 8, 3, 2, scale=30.0),
        ),
        _case(
            BOTTLENECK,
            "unveränderte Eingabe",
            "unchanged(with_weights(BottleneckBlock(8, 2, r_se=4)), x)",
            x=images(1, 8, 3, 2),
        ),
        _case(
            BOTTLENECK,
            "Gradienten ohne SE-Block",
            "gradients(with_weights(BottleneckBlock(8, 2)), x)",
            x=images(2, 8, 3, 2),
        ),
        _case(
            BOTTLENECK,
            "Gradienten mit SE-Block",
            "gradients(with_weights(BottleneckBlock(12, 3, r_se=2), scale=0.5), x)",
            x=images(2, 12, 2, 3),
        ),
        _case(
            BOTTLENECK,
            "Zwischenergebnisse und Gradienten der Kopien",
            "traced(with_weights(BottleneckBlock(8, 2, r_se=4)), with_weights(sample), x)",
            sample=BottleneckBlock(8, 2, r_se=4),
            x=images(2, 8, 4, 4),
        ),
    ]


def cases() -> list[Case]:
    """Alle Prüffälle der Übung in der Reihenfolge, in der sie berichtet werden."""
    return [*_se_cases(), *_bottleneck_cases()]
