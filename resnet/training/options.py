"""Die Befehlszeile von ``python -m resnet.train``: ihre Optionen und ihre Meldungen."""

from __future__ import annotations

import argparse
import dataclasses
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faltwerk.arguments import Parser
from resnet.training.arithmetic import MEMORY_FORMATS, PRECISIONS
from resnet.training.recipes import DATA_NAMES
from resnet.training.settings import Settings

_ROOT = Path(__file__).resolve().parents[2]
_SOLUTION = _ROOT / "resnet" / "solution.py"
AUTO = "auto"
# Einstellungen, die ohne Angabe aus dem Zwischenstand, dem Rezept oder einer Messung kommen.
SETTINGS = tuple(field.name for field in dataclasses.fields(Settings) if field.name != "teachers")


def _number(
    kind: type, text: str, lowest: float, above: bool = False, below: float = math.inf
) -> Callable[[str], Any]:
    """Prüft eine Zahl; ``text`` beschreibt die erlaubten."""

    def parse(given: str) -> Any:
        try:
            value = kind(given)
        except ValueError:
            value = math.nan
        large_enough = value > lowest if above else value >= lowest
        if not (large_enough and value < below):
            raise argparse.ArgumentTypeError(f"»{given}« ist nicht erlaubt, nur {text}.")
        return value

    return parse


def _one_of(*names: str) -> Callable[[str], str]:
    def parse(given: str) -> str:
        if given not in names:
            allowed = ", ".join(names[:-1]) + f" oder {names[-1]}"
            raise argparse.ArgumentTypeError(f"»{given}« ist nicht erlaubt, nur {allowed}.")
        return given

    return parse


class _DataAction(argparse.Action):
    """``--data NAME [PFAD]``."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        name, *paths = values
        if name not in DATA_NAMES:
            raise argparse.ArgumentError(
                self, f"»{name}« ist nicht erlaubt, nur {', '.join(DATA_NAMES)}."
            )
        if len(paths) > (name != DATA_NAMES[0]):
            raise argparse.ArgumentError(self, f"»{' '.join(values)}« ist zu viel.")
        namespace.data = name
        namespace.data_path = Path(paths[0]) if paths else None


def _of_size(highest: int) -> dict[str, Any]:
    return {
        "type": _number(int, f"eine ganze Zahl von 0 bis {highest}", 0, below=highest + 1),
        "metavar": "N",
    }


_COUNT: dict[str, Any] = {"type": _number(int, "eine ganze Zahl ab 1", 1), "metavar": "N"}
_POSITIVE: dict[str, Any] = {
    "type": _number(float, "eine Zahl über 0", 0, above=True),
    "metavar": "X",
}
_NORM: dict[str, Any] = {"type": _number(float, "eine Zahl ab 0", 0), "metavar": "X"}
_FRACTION: dict[str, Any] = {
    "type": _number(float, "eine Zahl von 0 bis unter 1", 0, below=1),
    "metavar": "X",
}
_SHARE: dict[str, Any] = {
    "type": _number(float, "eine Zahl von 0 bis 1", 0, below=math.nextafter(1, 2)),
    "metavar": "X",
}


def parser() -> argparse.ArgumentParser:
    """Die Optionen; was nicht angegeben ist, ist ``None``."""
    result = Parser(
        prog="python -m resnet.train",
        description="Trainiert das ResNet. Was nicht angegeben ist, richtet sich nach Datensatz "
        "und Gerät und steht beim Start im Terminal.",
        allow_abbrev=False,
    )
    result.set_defaults(data=DATA_NAMES[0], data_path=None, file=_SOLUTION)
    _add_subject(result.add_argument_group("Womit und woran"))
    _add_results(result.add_argument_group("Ergebnisse"))
    _add_machine(result.add_argument_group("Rechner"))
    _add_training(result.add_argument_group("Training"))
    return result


def _add_subject(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--data",
        nargs="+",
        action=_DataAction,
        metavar=("NAME", "PFAD"),
        help="fashion (mitgeliefert), fashion-full oder cifar10; ohne Pfad werden die beiden "
        "letzten heruntergeladen",
    )
    add("--mirror", metavar="URL", help="Adresse, unter der die Dateien zum Herunterladen liegen")
    which = group.add_mutually_exclusive_group()
    which.add_argument("--file", type=Path, metavar="DATEI", help="Ihre Datei mit dem Netz")
    which.add_argument(
        "--solution",
        dest="file",
        action="store_const",
        const=_SOLUTION,
        help="das Netz der Musterlösung; das gilt auch ohne Angabe",
    )
    add(
        "--teachers",
        nargs="+",
        type=Path,
        metavar="ORDNER",
        default=[],
        help="Ordner von Trainings mit --file resnet/training/teacher.py, deren Netze lehren",
    )


def _add_results(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--out",
        type=Path,
        metavar="ORDNER",
        default=_ROOT / "arbeit" / "training",
        help="Ordner für Zwischenstand und Protokoll (sonst arbeit/training)",
    )
    add("--resume", action="store_true", help="am letzten Zwischenstand fortsetzen")
    add("--record", type=Path, metavar="DATEI", help="den Lauf als JSON aufzeichnen")


def _add_machine(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--device", type=_one_of("cuda", "mps", "cpu"), metavar="NAME", help="cuda, mps oder cpu")
    add(
        "--threads",
        type=_number(int, "eine ganze Zahl von 1 bis 1024", 1, below=1025),
        metavar="N",
        help="Threads der CPU je Prozess",
    )
    add(
        "--precision",
        type=_one_of(AUTO, *PRECISIONS),
        metavar="NAME",
        help="float32, bfloat16 oder auto (kurz messen, was schneller ist)",
    )
    add(
        "--memory-format",
        type=_one_of(AUTO, *MEMORY_FORMATS),
        metavar="NAME",
        help="channels_last, contiguous oder auto",
    )


def _add_training(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--epochs", **_COUNT, help="wie oft jedes Bild gesehen wird")
    add("--batch-size", **_COUNT, help="Bilder je Schritt, über alle Prozesse zusammen")
    add("--learning-rate", **_POSITIVE, help="größte Lernrate")
    add("--optimizer", type=_one_of("adamw", "sgd"), metavar="NAME", help="adamw oder sgd")
    add("--max-norm", **_NORM, help="auf diese Norm längere Gradienten kürzen; 0: nie")
    add("--weight-decay", **_FRACTION, help="Gewichtszerfall")
    add("--label-smoothing", **_FRACTION, help="Anteil, der auf alle Klassen verteilt wird")
    add("--padding", **_of_size(16), help="um höchstens so viele Bildpunkte verschieben")
    add("--cutout", **_of_size(16), help="Seitenlänge des ausgeschnittenen Quadrats")
    add("--cutmix", **_SHARE, help="Anteil der Bilder mit einem Quadrat aus einem anderen Bild")
    add("--distortion", **_SHARE, help="Anteil der Bilder, für die eine Verzerrung gezogen wird")
    add("--warmup", **_FRACTION, help="Anteil des Trainings, in dem die Lernrate steigt")
    add("--temperature", **_POSITIVE, help="Temperatur, mit der das Netz seinen Lehrern folgt")
    add("--cycle", **_COUNT, help="mit Lehrern: Epochen, bis sich die Veränderungen wiederholen")
    add(
        "--seed",
        type=_number(int, "eine ganze Zahl ab 0", 0, below=2**63),
        metavar="N",
        help="Startwert aller Zufallszahlen",
    )
