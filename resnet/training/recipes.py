"""Womit trainiert wird, wenn man nichts angibt: eine Zeile je Datensatz und Gerät.

Auf der CPU zählt das Ergebnis nach Minuten. Auf einer GPU ist Zeit für viele Epochen: große
Schritte, SGD mit Momentum, Label Smoothing und, gegen das Auswendiglernen, Cutout oder CutMix und
Verzerrungen.

Mit großer Lernrate werfen die ersten, noch langen Gradienten das Netz in kurzen Läufen so weit
hinaus, dass es nicht mehr lernt. SGD kürzt sie deshalb auf die Norm 1; AdamW teilt von selbst durch
ihre Größe. ``recordings/cifar10.json`` ist der Lauf auf einer GPU mit CIFAR-10; dabei lehrten die
Netze aus ``teacher1.json`` und ``teacher2.json`` daneben.
"""

from __future__ import annotations

from typing import Any

_ADAMW = {"optimizer": "adamw", "learning_rate": 3e-3, "weight_decay": 0.05, "batch_size": 128}
_SGD = {"optimizer": "sgd", "max_norm": 1.0, "weight_decay": 5e-4, "label_smoothing": 0.1}
_FASHION_GPU = {
    **_SGD, "epochs": 40, "batch_size": 256, "learning_rate": 0.2, "padding": 2, "cutout": 8,
}  # fmt: skip

_RECIPES: dict[tuple[str, bool], dict[str, Any]] = {
    # Datensatz und ob eine GPU rechnet
    ("fashion", False): {**_ADAMW, "epochs": 8, "padding": 2},
    ("fashion", True): _FASHION_GPU,
    ("fashion-full", False): {**_ADAMW, "epochs": 4, "padding": 2},
    ("fashion-full", True): _FASHION_GPU,
    ("cifar10", False): {
        **_SGD, "epochs": 15, "batch_size": 128, "learning_rate": 0.1, "padding": 4,
    },
    ("cifar10", True): {
        **_SGD, "epochs": 470, "batch_size": 512, "learning_rate": 0.4, "padding": 4,
        "cutmix": 0.5, "distortion": 1.0, "warmup": 0.2,
    },
}  # fmt: skip

DATA_NAMES = tuple(dict.fromkeys(name for name, _ in _RECIPES))


def recipe(data: str, gpu: bool) -> dict[str, Any]:
    """Voreinstellungen für :class:`resnet.training.settings.Settings`.

    Args:
        data: Ein Name aus ``DATA_NAMES``.
        gpu: Ob auf einer GPU gerechnet wird.
    """
    return dict(_RECIPES[data, gpu])
