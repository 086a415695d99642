"""Womit trainiert wird: alle Einstellungen eines Trainings."""

from __future__ import annotations

from dataclasses import dataclass

from resnet.training.augmentation import CROP_PADDING, Augmentation


@dataclass(frozen=True)
class Settings:
    """Womit trainiert wird.

    Attributes:
        epochs: Wie oft jedes Bild gesehen wird.
        batch_size: Bilder je Schritt, über alle Prozesse zusammen.
        learning_rate: Größte Lernrate des OneCycle-Plans.
        weight_decay: Gewichtszerfall; er trifft Faltungen und lineare Schichten, nicht die
            Batch-Normalisierung und nicht den Bias.
        seed: Startwert aller Zufallszahlen.
        precision: ``"float32"`` oder ``"bfloat16"`` für die Rechnung im Netz.
        memory_format: ``"channels_last"`` oder ``"contiguous"``.
        optimizer: ``"adamw"`` oder ``"sgd"`` (mit Nesterov-Momentum 0,9).
        max_norm: Auf diese Norm werden längere Gradienten gekürzt (Pascanu u. a., „On the
            difficulty of training recurrent neural networks“, 2013); 0: nie.
        label_smoothing: Anteil, der gleichmäßig auf alle Klassen verteilt wird.
        padding: Um höchstens so viele Bildpunkte werden Trainingsbilder verschoben.
        cutout: Seitenlänge des Quadrats, das aus Trainingsbildern geschnitten wird; 0: keines.
        cutmix: Anteil der Trainingsbilder, in die ein Quadrat aus einem anderen gesetzt wird.
        distortion: Anteil der Trainingsbilder, für die eine Verzerrung gezogen wird.
        warmup: Anteil der Schritte, in dem die Lernrate steigt.
        teachers: SHA-256-Summen der Dateien mit den Lehrern; leer: keine.
        temperature: Temperatur, mit der das Netz seinen Lehrern folgt.
        cycle: Nach so vielen Epochen wiederholen sich Reihenfolge und Veränderungen der Bilder,
            wenn es Lehrer gibt. Sie müssen dann nichts mehr ansehen.
    """

    epochs: int = 8
    batch_size: int = 128
    learning_rate: float = 3e-3
    weight_decay: float = 0.05
    seed: int = 0
    precision: str = "float32"
    memory_format: str = "channels_last"
    optimizer: str = "adamw"
    max_norm: float = 0.0
    label_smoothing: float = 0.0
    padding: int = CROP_PADDING
    cutout: int = 0
    cutmix: float = 0.0
    distortion: float = 0.0
    warmup: float = 0.3
    teachers: str = ""
    temperature: float = 4.0
    cycle: int = 80

    @property
    def augmentation(self) -> Augmentation:
        """Wie stark die Trainingsbilder verändert werden."""
        return Augmentation(self.padding, self.cutout, self.cutmix, self.distortion)
