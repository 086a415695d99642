"""Die Gewichte und die Eingabe des Aufgabenblatts."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor, nn

_REFERENCE = Path(__file__).with_name("reference.json")


def reference_input(dtype: torch.dtype = torch.float32) -> Tensor:
    """Liefert die Eingabe des Aufgabenblatts.

    Args:
        dtype: Datentyp des Tensors.

    Returns:
        Tensor der Form ``(1, 8, 3, 3)``, der seinen Gradienten aufnimmt.
    """
    values = json.loads(_REFERENCE.read_text(encoding="utf-8"))["input"]
    return torch.tensor(values, dtype=dtype, requires_grad=True)


def apply_block_weights(block: nn.Module) -> None:
    """Setzt die Gewichte des Aufgabenblatts in einen Block ein.

    Sie gehören zu ``BottleneckBlock(8, 2, r_se=4)`` und, ohne die Gewichte des SE-Blocks, zu
    ``BottleneckBlock(8, 2)``. Passt ein Gewicht nicht, so bleibt der Block unverändert.

    Args:
        block: Block mit den Schichten ``conv1``, ``conv2``, ``conv3`` und, wenn er einen
            SE-Block enthält, ``se.conv1`` und ``se.conv2``.

    Raises:
        TypeError: Wenn ``block`` kein Modul von PyTorch ist.
        ValueError: Wenn dem Block ein Gewicht fehlt, wenn er eines zu viel hat oder wenn eine
            Form nicht passt.
    """
    if not isinstance(block, nn.Module):
        raise TypeError(
            f"block ist vom Typ {type(block).__name__}; erlaubt ist nur ein BottleneckBlock."
        )
    weights = json.loads(_REFERENCE.read_text(encoding="utf-8"))["weights"]
    parameters = dict(block.named_parameters())
    with_se = getattr(block, "r_se", None) is not None or hasattr(block, "se")
    wanted = {
        name: torch.tensor(values)
        for name, values in weights.items()
        if with_se or not name.startswith("se.")
    }
    _require_fit({name: tuple(value.shape) for name, value in wanted.items()}, parameters)
    with torch.no_grad():
        for name, value in wanted.items():
            parameters[name].copy_(value)


def _require_fit(shapes: dict[str, tuple[int, ...]], parameters: dict[str, nn.Parameter]) -> None:
    for name, shape in shapes.items():
        if name not in parameters:
            raise ValueError(
                f"block hat kein Gewicht {name}; die Gewichte des Aufgabenblatts verlangen eines "
                f"der Form {shape}."
            )
        found = tuple(parameters[name].shape)
        if found != shape:
            raise ValueError(
                f"block hat für {name} die Form {found}; die Gewichte des Aufgabenblatts "
                f"verlangen {shape}."
            )
    for name in parameters:
        if name not in shapes:
            raise ValueError(
                f"block hat ein Gewicht {name}, das es auf dem Aufgabenblatt nicht gibt; erlaubt "
                f"sind nur {', '.join(shapes)}."
            )
