"""Der Zwischenstand eines Laufs: was darin steht und wie er unversehrt auf der Platte liegt."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from resnet.training.disk import whole_file
from resnet.training.errors import CallError
from resnet.training.results import Epoch
from resnet.training.settings import Settings
from resnet.training.wording import reason

CHECKPOINT = "stand.pt"
# Am Anfang der Datei; es folgen die SHA-256-Summe des Rests und was torch.save schreibt.
_HEAD = b"Faltwerk, Zwischenstand\n"
_DIGEST_BYTES = hashlib.sha256().digest_size
# So beginnt, was torch.save allein schreibt, also ein Zwischenstand ohne Summe.
_ZIP_HEAD = b"PK\x03\x04"


@dataclass(frozen=True)
class Checkpoint:
    """Alles, was ein unterbrochener Lauf zum Fortsetzen braucht; nichts anderes steht in der Datei.

    Attributes:
        settings: Womit trainiert wird.
        data: Name des Datensatzes.
        history: Die fertigen Epochen.
        losses: Die Kreuzentropie jedes Schritts seit Beginn.
        step: Schritte der angefangenen Epoche.
        correct: Richtig erkannte Bilder darin.
        network: Gewichte und Puffer des Netzes.
        optimizer: Der Zustand des Optimierers.
        scheduler: Der Zustand des Plans der Lernrate.
        generator: Die Zufallszahlen zu Beginn der angefangenen Epoche.
        threads: Threads je Prozess.
        processes: Prozesse je Rechner.
        seconds: Wie lange jeder Teil des Laufs bis hier gedauert hat.
        source: SHA-256-Summe der Datei mit dem Netz.
    """

    settings: Settings
    data: str
    history: list[Epoch]
    losses: list[float]
    step: int
    correct: int
    network: dict[str, Any]
    optimizer: dict[str, Any]
    scheduler: dict[str, Any]
    generator: Tensor
    threads: int = 1
    processes: int = 1
    seconds: tuple[float, ...] = ()
    source: str = ""

    def write(self, path: Path) -> None:
        """Schreibt den Zwischenstand so, dass immer ein vollständiger da ist.

        Raises:
            CallError: Wenn sich die Datei nicht schreiben lässt.
        """
        values = {
            **vars(self),
            "settings": dict(vars(self.settings)),
            "history": [dict(vars(epoch)) for epoch in self.history],
        }
        with whole_file(path) as file:
            content = io.BytesIO()
            torch.save(values, content)
            file.write(_HEAD + hashlib.sha256(content.getbuffer()).digest())
            file.write(content.getbuffer())

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Liest einen Zwischenstand; ausgeführt wird dabei nichts.

        Raises:
            CallError: Wenn es keinen gibt, er beschädigt ist oder von einer anderen Fassung stammt.
        """
        values = _values(path)
        try:
            _expect(cls, values)
            _expect(Settings, values["settings"])
            values["settings"] = Settings(**values["settings"])
            values["history"] = [Epoch(**epoch) for epoch in values["history"]]
        except TypeError as error:
            raise _foreign(path) from error
        return cls(**values)


def _values(path: Path) -> dict[str, Any]:
    """Der Inhalt der Datei, wenn kein Bit davon verändert ist."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise CallError(
            f"{path} gibt es nicht; ohne --resume beginnt ein neues Training."
        ) from error
    except OSError as error:
        raise CallError(f"{path} lässt sich nicht lesen ({reason(error)}).") from error
    if content.startswith(_ZIP_HEAD):
        raise _foreign(path)
    begin = len(_HEAD) + _DIGEST_BYTES
    head, digest, values = content[: len(_HEAD)], content[len(_HEAD) : begin], content[begin:]
    if head != _HEAD or hashlib.sha256(values).digest() != digest:
        raise CallError(
            f"{path} ist beschädigt oder kein Zwischenstand; ein neues Training beginnt mit einem "
            "anderen Ordner (--out) oder wenn Sie die Datei entfernen."
        )
    loaded: dict[str, Any] = torch.load(io.BytesIO(values), map_location="cpu", weights_only=True)
    return loaded


def _expect(kind: type[Any], values: dict[str, Any]) -> None:
    """Wirft ``TypeError``, wenn es nicht genau die Felder einer Dataclass sind."""
    if {field.name for field in dataclasses.fields(kind)} != values.keys():
        raise TypeError


def _foreign(path: Path) -> CallError:
    return CallError(
        f"Der Zwischenstand {path} stammt von einer anderen Fassung des Trainings; fortsetzen "
        "lässt er sich nur mit ihr."
    )
