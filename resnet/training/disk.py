"""Was auf die Platte kommt: Dateien ganz oder gar nicht, in einen Ordner immer nur einer."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
from collections.abc import Iterator
from pathlib import Path

from resnet.training.errors import CallError
from resnet.training.wording import reason


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[io.BytesIO]:
    """Sammelt den Inhalt einer Datei und schreibt sie am Ende des Rahmens so, dass sie ganz ist.

    Bis dahin, und wenn etwas misslingt, bleibt die alte Datei, wie sie war.

    Raises:
        CallError: Wenn sich die Datei nicht schreiben lässt, zum Beispiel weil der Platz fehlt.
    """
    temporary = path.with_name(f"{path.name}.neu")
    try:
        # Erst in den Speicher: Beim Schreiben auf die Platte verschweigt torch.save, woran es lag.
        content = io.BytesIO()
        yield content
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


def check_writable(path: Path) -> None:
    """Prüft vor einer langen Rechnung, ob sich ihr Ergebnis danach schreiben lässt.

    Raises:
        CallError: Wenn nicht.
    """
    folder = path.absolute().parent
    try:
        # Ein Gerät wie /dev/null soll keine Datei werden.
        fits = path.is_file() or not path.exists()
        fits = fits and folder.is_dir() and os.access(folder, os.W_OK)
    except OSError:
        fits = False
    if not fits:
        raise CallError(
            f"{path} lässt sich nicht schreiben; erlaubt ist nur eine Datei in einem Ordner, den "
            "es gibt und in den Sie schreiben dürfen."
        )


@contextlib.contextmanager
def locked(folder: Path, wait: bool) -> Iterator[None]:
    """Hält alle anderen aus einem Ordner heraus, die ihn auch so betreten wollen.

    Args:
        folder: Der Ordner; es gibt ihn schon.
        wait: Ob gewartet wird, bis er frei ist.

    Raises:
        BlockingIOError: Wenn er belegt ist und nicht gewartet wird.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            # Manche Netzlaufwerke kennen keine Sperren.
            pass
        yield
    finally:
        # Damit endet auch die Sperre.
        os.close(handle)
