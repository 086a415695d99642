"""Wie ein Netz rechnet: auf welchem Gerät, mit welcher Genauigkeit, in welchem Speicherformat."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

CPU = torch.device("cpu")
PRECISIONS = ("float32", "bfloat16")
MEMORY_FORMATS = ("channels_last", "contiguous")
_LAYOUTS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}


@dataclass(frozen=True)
class Arithmetic:
    """Eine Art zu rechnen.

    Attributes:
        device: Das Gerät.
        precision: Ein Name aus ``PRECISIONS``.
        memory_format: Ein Name aus ``MEMORY_FORMATS``.
    """

    device: torch.device
    precision: str
    memory_format: str

    def placed(self, network: nn.Module) -> nn.Module:
        """Bringt das Netz selbst auf das Gerät und in das Speicherformat."""
        # Das Speicherformat fehlt in den Typen von PyTorch, nicht in der Methode.
        return network.to(self.device, memory_format=_LAYOUTS[self.memory_format])  # type: ignore

    def laid_out(self, x: Tensor) -> Tensor:
        """Bringt eine Eingabe in das Speicherformat."""
        return x.contiguous(memory_format=_LAYOUTS[self.memory_format])

    def logits(self, network: nn.Module, x: Tensor) -> Tensor:
        """Die Ausgabe des Netzes zu einer Eingabe, immer ``float32``."""
        x = self.laid_out(x)
        with torch.autocast(
            self.device.type,
            torch.bfloat16,
            enabled=self.precision == "bfloat16",
            # Ein CUDA-Graph darf keine umgewandelten Gewichte von früher wiederverwenden.
            cache_enabled=self.device.type != "cuda",
        ):
            result: Tensor = network(x).float()
        return result
