"""Ein größeres Netz, dem das ResNet dieser Aufgabe folgen kann (Destillation).

Trainiert wird es wie jede eigene Datei, mit ``--file resnet/training/teacher.py``.

Quelle: He u. a., „Deep Residual Learning for Image Recognition“ (2015), das ResNet-18 aus
Tabelle 1, mit kleinerem Stamm für kleine Bilder.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from resnet.solution import ResidualBlock

_CHANNELS = (64, 128, 256, 512)


class ResNet(nn.Module):
    """ResNet aus 8 breiten Residualblöcken; die ersten rechnen mit allen 32×32 Bildpunkten.

    Args:
        num_classes: Zahl der Klassen.
    """

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        first = _CHANNELS[0]
        self.stem = nn.Sequential(
            nn.Conv2d(3, first, 3, padding=1, bias=False), nn.BatchNorm2d(first), nn.ReLU()
        )
        blocks, before = [], first
        for channels in _CHANNELS:
            blocks.append(ResidualBlock(before, channels, stride=1 if channels == before else 2))
            blocks.append(ResidualBlock(channels, channels))
            before = channels
        self.blocks = nn.Sequential(*blocks)
        self.linear = nn.Linear(before, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Berechnet für jedes Bild einen Wert je Klasse.

        Args:
            x: Bilder der Form ``(N, 3, 32, 32)``.

        Returns:
            Logits der Form ``(N, num_classes)``.
        """
        logits: Tensor = self.linear(torch.mean(self.blocks(self.stem(x)), dim=(2, 3)))
        return logits
