"""Die Befehlszeile von ``python -m resnet.train``: ihre Optionen und ihre Meldungen."""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faltwerk.arguments import Parser
from resnet.training.hardware import MEMORY_FORMATS, PRECISIONS
from resnet.training.recipes import DATA_NAMES

_ROOT = Path(__file__).resolve().parents[2]
AUTO = "auto"
# Einstellungen des Trainings, die ohne Angabe aus dem Rezept oder dem Zwischenstand kommen.
SETTINGS = (
    "epochs",
    "batch_size",
    "learning_rate",
    "weight_decay",
    "optimizer",
    "max_norm",
    "label_smoothing",
    "padding",
    "cutout",
    "cutmix",
    "distortion",
    "warmup",
    "temperature",
    "cycle",
    "seed",
)

# Was argparse auf Englisch sagt, und was es heißt.
_MESSAGES = (
    (r"argument (\S+): expected .*argument", r"\1 braucht eine Angabe"),
    (r"argument (\S+): not allowed with argument (\S+)", r"\1 und \2 schließen einander aus"),
    (r"argument (\S+): ignored explicit argument (.*)", r"\1 nimmt keine Angabe an"),
    (r"unrecognized arguments: (.*)", r"»\1« ist hier nicht erlaubt"),
    (r"argument ([^\s:]+): (.*)\.", r"\1: \2"),
)


class _TrainParser(Parser):
    def error(self, message: str) -> None:
        """Sagt, welche Option nicht stimmt; Rückgabewert 2."""
        for pattern, german in _MESSAGES:
            if match := re.fullmatch(pattern, message, re.DOTALL):
                reason = match.expand(german)
                break
        else:
            reason = "Der Aufruf stimmt nicht"
        print(f"{reason}; »{self.prog} --help« zeigt, was möglich ist.", file=sys.stderr)
        sys.exit(2)


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

    def __call__(self, parser, namespace, values, option_string=None) -> None:
        name, *paths = values
        if name not in DATA_NAMES:
            raise argparse.ArgumentError(
                self, f"»{name}« ist nicht erlaubt, nur {', '.join(DATA_NAMES)}."
            )
        if len(paths) > (name != DATA_NAMES[0]):
            raise argparse.ArgumentError(self, f"»{' '.join(values)}« ist zu viel.")
        namespace.data = name
        namespace.data_path = Path(paths[0]) if paths else None


def parser() -> argparse.ArgumentParser:
    """Die Optionen; was nicht angegeben ist, ist ``None``."""
    result = _TrainParser(
        prog="python -m resnet.train",
        description="Trainiert das ResNet. Was nicht angegeben ist, richtet sich nach Datensatz "
        "und Gerät und steht beim Start im Terminal.",
        allow_abbrev=False,
    )
    whole, positive = "eine ganze Zahl ab 1", "eine Zahl über 0"
    share = "eine Zahl von 0 bis unter 1"
    count = {"type": _number(int, whole, 1), "metavar": "N"}
    number = {"type": _number(float, positive, 0, above=True), "metavar": "X"}
    limit = {"type": _number(float, "eine Zahl ab 0", 0), "metavar": "X"}
    fraction = {"type": _number(float, share, 0, below=1), "metavar": "X"}
    part = {
        "type": _number(float, "eine Zahl von 0 bis 1", 0, below=math.nextafter(1, 2)),
        "metavar": "X",
    }
    size = {"type": _number(int, "eine ganze Zahl von 0 bis 16", 0, below=17), "metavar": "N"}

    group = result.add_argument_group("Womit und woran")
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
    result.set_defaults(data=DATA_NAMES[0], data_path=None)
    which = group.add_mutually_exclusive_group()
    which.add_argument("--file", type=Path, metavar="DATEI", help="Ihre Datei mit dem Netz")
    which.add_argument(
        "--solution",
        dest="file",
        action="store_const",
        const=_ROOT / "resnet" / "solution.py",
        help="das Netz der Musterlösung; das gilt auch ohne Angabe",
    )
    result.set_defaults(file=_ROOT / "resnet" / "solution.py")

    add(
        "--teachers",
        nargs="+",
        type=Path,
        metavar="ORDNER",
        default=[],
        help="Ordner von Trainings mit --file resnet/training/teacher.py, deren Netze lehren",
    )

    add = result.add_argument_group("Ergebnisse").add_argument
    add(
        "--out",
        type=Path,
        metavar="ORDNER",
        default=_ROOT / "arbeit" / "training",
        help="Ordner für Zwischenstand und Protokoll (sonst arbeit/training)",
    )
    add("--resume", action="store_true", help="am letzten Zwischenstand fortsetzen")
    add("--record", type=Path, metavar="DATEI", help="den Lauf als JSON aufzeichnen")

    add = result.add_argument_group("Rechner").add_argument
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

    add = result.add_argument_group("Training").add_argument
    add("--epochs", **count, help="wie oft jedes Bild gesehen wird")
    add("--batch-size", **count, help="Bilder je Schritt, über alle Prozesse zusammen")
    add("--learning-rate", **number, help="größte Lernrate")
    add("--optimizer", type=_one_of("adamw", "sgd"), metavar="NAME", help="adamw oder sgd")
    add("--max-norm", **limit, help="auf diese Norm längere Gradienten kürzen; 0: nie")
    add("--weight-decay", **fraction, help="Gewichtszerfall")
    add("--label-smoothing", **fraction, help="Anteil, der auf alle Klassen verteilt wird")
    add("--padding", **size, help="um höchstens so viele Bildpunkte verschieben")
    add("--cutout", **size, help="Seitenlänge des ausgeschnittenen Quadrats")
    add("--cutmix", **part, help="Anteil der Bilder mit einem Quadrat aus einem anderen Bild")
    add("--distortion", **part, help="Anteil der Bilder, für die eine Verzerrung gezogen wird")
    add("--warmup", **fraction, help="Anteil des Trainings, in dem die Lernrate steigt")
    add("--temperature", **number, help="Temperatur, mit der das Netz seinen Lehrern folgt")
    add("--cycle", **count, help="mit Lehrern: Epochen, bis sich die Veränderungen wiederholen")
    add(
        "--seed",
        type=_number(int, "eine ganze Zahl ab 0", 0, below=2**63),
        metavar="N",
        help="Startwert aller Zufallszahlen",
    )
    return result
