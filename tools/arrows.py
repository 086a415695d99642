"""Ob die Importe in eine Richtung zeigen: ``python -m tools.arrows``.

Die Regeln stehen in diesem Modul statt in einer Datei, weil zu ihnen die Übungen gehören: Ein neuer
Ordner zählt von selbst dazu.
"""

from __future__ import annotations

import configparser
import sys
from pathlib import Path

from importlinter.cli import lint_imports

from faltwerk.exercise import exercise_names
from website.places import ROOT, build_folder

# Von oben nach unten; was ein senkrechter Strich trennt, darf nichts voneinander wissen.
WEBSITE = (
    "__main__",
    "live",
    "build | pdf",
    "finishing",
    "order",
    "exercises | cells | prose | frame | settings",
    "runtime",
    "course | fingerprints | memo | palette | server",
    "places",
)
FALTWERK = (
    "__main__",
    "authors | notebook | students",
    "report | run | submission_file",
    "judge",
    "terminal",
    "exercise",
    "arguments | cases | gaps | tensors",
)
# Wer urteilt, führt nichts aus und liest nichts: Text und Beobachtungen werden ihm gegeben.
OUTSIDE = ("multiprocessing", "os", "pathlib", "runpy", "subprocess", "tempfile")
# Was von der Website kommt, ist den Übungen und dem Kurspaket fremd.
FOREIGN = ("sphinx", "docutils", "myst_nb")


def contracts(exercises: list[str]) -> configparser.ConfigParser:
    """Die Regeln in der Form, die import-linter liest.

    Args:
        exercises: Namen der Ordner aller Übungen.
    """
    rules = configparser.ConfigParser()
    rules["importlinter"] = {
        "root_packages": _lines("tools", "recordings", "website", *exercises, "faltwerk"),
        "include_external_packages": "True",
    }
    floors = ("tools", "recordings", "website", " | ".join(exercises), "faltwerk")
    rules["importlinter:contract:floors"] = {
        "name": "Werkzeuge, Aufzeichnungen, Website, Übungen, Kurspaket",
        "type": "layers",
        "layers": _lines(*floors),
    }
    for package, layers in (("website", WEBSITE), ("faltwerk", FALTWERK)):
        rules[f"importlinter:contract:{package}"] = {
            "name": f"Innerhalb von {package}",
            "type": "layers",
            "containers": package,
            "layers": _lines(*layers),
            "exhaustive": "True",
        }
    rules["importlinter:contract:judge"] = {
        "name": "Der Richter rechnet nur",
        "type": "forbidden",
        "source_modules": "faltwerk.judge",
        "forbidden_modules": _lines(*OUTSIDE),
        # Die Übung, über die er urteilt, ist von der Platte gelesen.
        "allow_indirect_imports": "True",
    }
    rules["importlinter:contract:foreign"] = {
        "name": "Übungen, Aufzeichnungen und Kurspaket wissen nichts von Sphinx",
        "type": "forbidden",
        "source_modules": _lines("faltwerk", "recordings", *exercises),
        "forbidden_modules": _lines(*FOREIGN),
    }
    return rules


def _lines(*names: str) -> str:
    return "\n" + "\n".join(names)


def main(root: Path = ROOT) -> int:
    """Prüft alle Regeln; 0, wenn jede hält."""
    folder = build_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "importe.ini"
    with path.open("w", encoding="utf-8") as file:
        contracts(exercise_names(root)).write(file)
    return lint_imports(str(path), cache_dir=str(folder / "importe"), no_logo=True)


if __name__ == "__main__":
    sys.exit(main())
