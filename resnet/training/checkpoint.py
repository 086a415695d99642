"""Zwischenstände auf der Platte: immer ein vollständiger, nie ein halber."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from resnet.training.loop import Trainer, TrainingError
from resnet.training.wording import reason

CHECKPOINT = "stand.pt"


class CallError(ValueError):
    """Falsch aufgerufen; der Text sagt in einem Satz, was erlaubt ist."""


def save(state: dict[str, Any], path: Path) -> None:
    """Schreibt einen Zwischenstand so, dass immer ein vollständiger da ist.

    Raises:
        CallError: Wenn sich die Datei nicht schreiben lässt, zum Beispiel weil der Platz fehlt.
    """
    temporary = path.with_suffix(".neu")
    try:
        # Erst in den Speicher: Beim Schreiben auf die Platte verschweigt torch.save, woran es lag.
        content = io.BytesIO()
        torch.save(state, content)
        with temporary.open("wb") as file:
            file.write(content.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        raise CallError(f"{path} lässt sich nicht schreiben ({reason(error)}).") from error
    finally:
        # Auch nach einem Abbruch mitten im Schreiben bleibt nichts Halbes liegen.
        with contextlib.suppress(OSError):
            temporary.unlink()


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Lässt immer nur ein Training in diesen Ordner schreiben.

    Raises:
        CallError: Wenn gerade ein anderes hineinschreibt.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise CallError(
            f"In {folder} schreibt gerade ein anderes Training; --out nennt einen anderen Ordner."
        ) from error
    except OSError:
        # Manche Netzlaufwerke kennen keine Sperren.
        pass
    try:
        yield
    finally:
        # Damit endet auch die Sperre.
        os.close(handle)


def read(path: Path) -> dict[str, Any]:
    """Liest einen Zwischenstand; ausgeführt wird dabei nichts.

    Raises:
        CallError: Wenn es keinen gibt oder er beschädigt ist.
    """
    try:
        with warnings.catch_warnings():
            # Bei mancher beschädigten Datei warnt torch, bevor es scheitert.
            warnings.simplefilter("ignore")
            state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise CallError(
            f"{path} gibt es nicht; ohne --resume beginnt ein neues Training."
        ) from error
    except OSError as error:
        raise CallError(f"{path} lässt sich nicht lesen ({reason(error)}).") from error
    except Exception as error:
        # Aus einer beschädigten Datei wirft das Lesen Fehler fast jeder Art.
        raise _damaged(path) from error
    if not isinstance(state, dict) or not isinstance(state.get("settings"), dict):
        raise _damaged(path)
    return state


def restore(trainer: Trainer, state: dict[str, Any], path: Path) -> None:
    """Setzt an einem Zwischenstand von :func:`read` fort.

    Raises:
        CallError: Wenn er beschädigt ist.
        TrainingError: Wenn er zu anderen Einstellungen gehört.
    """
    try:
        trainer.restore(state)
    except TrainingError:
        raise
    except Exception as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> CallError:
    return CallError(
        f"{path} ist beschädigt oder kein Zwischenstand; ein neues Training beginnt mit einem "
        "anderen Ordner (--out) oder wenn Sie die Datei entfernen."
    )
