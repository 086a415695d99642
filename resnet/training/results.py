"""Was ein Training meldet: nach einem Schritt, wie weit es ist, nach einer Epoche ihr Ergebnis."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Epoch:
    """Ergebnis einer Epoche.

    Attributes:
        number: Nummer, ab 1.
        learning_rate: Lernrate nach der Epoche, also die, mit der die nächste beginnt.
        train_loss: Mittlere Kreuzentropie auf den veränderten Trainingsbildern.
        train_accuracy: Anteil richtig erkannter Trainingsbilder; in einem gemischten zählt die
            Klasse mit der größeren Fläche.
        validation_loss: Mittlere Kreuzentropie auf den Validierungsbildern.
        validation_accuracy: Anteil richtig erkannter Validierungsbilder.
    """

    number: int
    learning_rate: float
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True)
class Step:
    """Zwischenstand nach einem Schritt: Epoche, Schritt darin, Schritte je Epoche, Mittelwerte."""

    epoch: int
    step: int
    steps: int
    loss: float
    accuracy: float
