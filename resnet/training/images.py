"""Bilder mit ihren Klassen, geteilt in Training, Validierung und Test, als Eingabe des Netzes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import torch
from torch import Tensor

# Damit sich jeder Datensatz auf jedem Rechner gleich in Training und Validierung teilt.
_SHUFFLE_SEED = 0


@dataclass(frozen=True)
class Images:
    """Bilder mit ihren Klassen.

    Attributes:
        pixels: Form ``(N, C, 32, 32)`` mit ``C`` gleich 1 oder 3, ``uint8``.
        labels: Form ``(N,)``, ``int64``.
    """

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: slice | Tensor) -> Images:
        return Images(self.pixels[index], self.labels[index])

    def shuffled(self) -> Images:
        """Dieselben Bilder in einer zufälligen Reihenfolge, die immer dieselbe ist."""
        order = torch.randperm(len(self), generator=torch.Generator().manual_seed(_SHUFFLE_SEED))
        return self[order]

    def mirrored(self) -> Images:
        """Dieselben Bilder, links und rechts vertauscht."""
        return Images(self.pixels.flip(3), self.labels)

    def to(self, device: torch.device) -> Images:
        """Dieselben Bilder auf einem anderen Gerät."""
        return Images(self.pixels.to(device), self.labels.to(device))


@dataclass(frozen=True)
class Data:
    """Ein Datensatz, geteilt in Training, Validierung und Test.

    Attributes:
        name: Bezeichnung für Menschen.
        classes: Namen der Klassen.
        train: Bilder, aus denen das Netz lernt.
        validation: Bilder, an denen man das Training beobachtet.
        test: Bilder, die genau einmal angesehen werden, ganz am Ende.
        mean: Mittelwert der Trainingsbilder je Kanal, bezogen auf Helligkeiten von 0 bis 1, Form
            ``(C, 1, 1)``, ``float32``.
        std: Ihre Standardabweichung je Kanal, ebenso.
    """

    name: str
    classes: tuple[str, ...]
    train: Images
    validation: Images
    test: Images
    mean: Tensor
    std: Tensor

    @classmethod
    def split(
        cls,
        name: str,
        classes: tuple[str, ...],
        train: Images,
        test: Images,
        validation_images: int,
    ) -> Data:
        """Teilt die letzten Trainingsbilder zur Validierung ab und misst an den übrigen die Kanäle.

        Args:
            name: Bezeichnung für Menschen.
            classes: Namen der Klassen.
            train: Bilder in zufälliger Reihenfolge.
            test: Testbilder.
            validation_images: Wie viele Bilder zur Validierung dienen.
        """
        train, validation = train[:-validation_images], train[-validation_images:]
        # Kanal für Kanal, damit auch große Datensätze in den Speicher passen.
        channels = [channel.double() / 255 for channel in train.pixels.unbind(1)]
        return cls(
            name=name,
            classes=classes,
            train=train,
            validation=validation,
            test=test,
            mean=torch.stack([channel.mean() for channel in channels]).float()[:, None, None],
            std=torch.stack([channel.std() for channel in channels]).float()[:, None, None],
        )

    def to(self, device: torch.device) -> Data:
        """Dieselben Daten auf einem anderen Gerät."""
        return dataclasses.replace(
            self,
            train=self.train.to(device),
            validation=self.validation.to(device),
            test=self.test.to(device),
            # Auch sie: Jede Kopie von der CPU ließe eine GPU in jedem Schritt warten.
            mean=self.mean.to(device),
            std=self.std.to(device),
        )

    def normalised(self, pixels: Tensor) -> Tensor:
        """Macht aus Pixeln die Eingabe des Netzes.

        Args:
            pixels: Form ``(N, C, 32, 32)``, ``uint8`` oder ``float32``, von 0 bis 255.

        Returns:
            Form ``(N, 3, 32, 32)``, ``float32``; graue Bilder haben drei gleiche Kanäle.
        """
        x = (pixels.float() / 255 - self.mean) / self.std
        return x.expand(-1, 3, -1, -1)
