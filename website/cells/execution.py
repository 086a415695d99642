"""Zellen ausführen: abgeschlossene Umgebung, feste Ausgaben, Fehler mit Seite und Zeile."""

from __future__ import annotations

import atexit
import logging
import os
import re
import shutil
import tempfile
from functools import partialmethod
from pathlib import Path
from typing import Any
from uuid import uuid4

from docutils import nodes
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms import SphinxTransform
from sphinx.util import logging as sphinx_logging
from traitlets import default

from website.palette import CYCLE, GREY
from website.places import build_folder

LOGGER = sphinx_logging.getLogger(__name__)
# In Anführungszeichen, weil ein bloßes # in dieser Datei einen Kommentar beginnt.
_GREY = f'"{GREY}"'
_MATPLOTLIB = f"""\
figure.facecolor: none
figure.edgecolor: none
figure.figsize: 6.4, 3.6
axes.facecolor: none
axes.edgecolor: {_GREY}
axes.labelcolor: {_GREY}
axes.titlecolor: {_GREY}
axes.spines.top: False
axes.spines.right: False
axes.prop_cycle: cycler("color", [{", ".join(f'"{color}"' for color in CYCLE)}])
axes.formatter.use_locale: False
text.color: {_GREY}
xtick.color: {_GREY}
ytick.color: {_GREY}
grid.color: {_GREY}
grid.alpha: 0.3
legend.frameon: False
savefig.facecolor: none
savefig.edgecolor: none
savefig.transparent: True
svg.hashsalt: faltwerk
svg.fonttype: path
image.cmap: cividis
lines.linewidth: 2
"""
_PROFILE = """\
# Beim Bauen der Seite erzeugt.
c = get_config()
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Date": None}}
# Das Inline-Backend setzt sonst eigene Werte über die der matplotlibrc.
c.InlineBackend.rc = {}
c.HistoryManager.enabled = False
"""


# Läuft im Kern vor der ersten Zelle und schreibt auf, welche Dateien des Projekts ihre Ausgaben
# bestimmen: Ändert sich eine davon, muss die Seite neu ausgeführt werden, sonst nicht.
_READS = """\
def _write_reads():
    import os
    import sys

    root = os.environ["FALTWERK_ROOT"] + os.sep
    skipped = tuple(os.environ["FALTWERK_SKIPPED"].split(os.pathsep))
    seen = set()
    # Vor dem Haken geöffnet, denn auch dieses Öffnen meldete er.
    reads = os.open(os.environ["FALTWERK_READS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def hook(event, arguments):
        if event != "open" or not isinstance(arguments[0], str):
            return
        path = os.path.abspath(arguments[0])
        if path.startswith(root) and not path.startswith(skipped) and path not in seen:
            seen.add(path)
            os.write(reads, path.encode() + b"\\0")

    sys.addaudithook(hook)


_write_reads()
del _write_reads
"""

# Ausgaben kommen sonst alle 0,2 Sekunden an, je nach Auslastung in anderen Stücken, und beim
# Zusammensetzen gehen Leerzeilen zwischen ihnen verloren. Deshalb kommen sie am Ende der Zelle.
_STREAMS = """\
import sys

for _stream in (sys.stdout, sys.stderr):
    _stream.flush_interval = 24 * 60 * 60
del _stream
"""


# Ein Socket darf mit seinem ganzen Pfad auf macOS 103 Bytes lang sein, auf Linux 107; der eigene
# Ordner und der Name brauchen 36 davon.
_LONGEST_FOLDER = 60


class SocketKernelManager(AsyncKernelManager):
    """Spricht mit seinem Kern über Sockets im Dateisystem statt über Anschlüsse des Netzes.

    Anschlüsse sucht Jupyter, gibt sie wieder frei und nennt sie dem Kern, der sie erst eine Sekunde
    später belegt. Starten mehrere Prozesse zugleich Kerne, ist manchmal einer dann vergeben. Eine
    Datei mit eigenem Namen nimmt niemand weg, und kein anderes Konto des Rechners erreicht sie.
    """

    @default("transport")
    def _transport(self) -> str:
        return "ipc"

    @default("connection_file")
    def _connection_file(self) -> str:
        # Aus diesem Namen entstehen auch die der Sockets.
        return str(Path(os.environ["JUPYTER_RUNTIME_DIR"], f"{uuid4().hex[:12]}.json"))


def socket_folder() -> str:
    """Legt einen Ordner mit kurzem Namen an, der mit diesem Prozess verschwindet."""
    place = tempfile.gettempdir()
    if len(os.fsencode(place)) > _LONGEST_FOLDER:
        place = "/tmp"
    folder = tempfile.mkdtemp(prefix="faltwerk-", dir=place)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def settings() -> tuple[str, ...]:
    """Die Einstellungen der Kerne, die auf Ausgaben wirken."""
    return (_MATPLOTLIB, _PROFILE, _READS, _STREAMS)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def prepare(app: Sphinx, config: Config) -> None:
    """Stellt die Umgebung der Kerne und den Zwischenspeicher her."""
    root = Path(app.confdir)
    build = build_folder(root)
    home = build / "jupyter"
    # Ein Rest einer früheren Fassung liefe sonst mit.
    shutil.rmtree(home / "ipython", ignore_errors=True)
    _write(home / "ipython" / "profile_default" / "ipython_kernel_config.py", _PROFILE)
    startup = home / "ipython" / "profile_default" / "startup"
    _write(startup / "reads.py", _READS)
    _write(startup / "streams.py", _STREAMS)
    _write(home / "matplotlib" / "matplotlibrc", _MATPLOTLIB)
    os.environ |= {
        "PYTHONPATH": str(root),
        "FALTWERK_ROOT": str(root),
        # Gebautes und Installiertes gehört nicht zu den Quellen.
        "FALTWERK_SKIPPED": os.pathsep.join(f"{path}{os.sep}" for path in (build, root / ".venv")),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Einstellungen und Kerne des Rechners sollen nichts ändern.
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        # Nicht in build/: Der Pfad eines Sockets darf nur kurz sein.
        "JUPYTER_RUNTIME_DIR": socket_folder(),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "MATPLOTLIBRC": str(home / "matplotlib" / "matplotlibrc"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # Mehrere Kerne zugleich: Ein Faden je Kern verhindert, dass sie einander ausbremsen.
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
    # Nur der Ort; »freshness.py« gibt jeder Seite darin einen eigenen Ordner.
    config.nb_execution_cache_path = str(build / "cache")
    # nbclient meldet jede Ausführung auf der Standardfehlerausgabe.
    logging.getLogger("traitlets").setLevel(logging.WARNING)
    # Weder jupyter-cache noch myst-nb reichen dem NotebookClient etwas durch.
    NotebookClient.__init__ = partialmethod(  # type: ignore[method-assign, assignment]
        NotebookClient.__init__,
        kernel_manager_class=SocketKernelManager,
        # Ein geordnetes Herunterfahren der Kerne stockt manchmal für Sekunden.
        shutdown_kernel="immediate",
    )


class ReportErrors(SphinxTransform):
    """Nennt zu jeder Zelle, die abbricht, Seite und Zeile."""

    def apply(self, **kwargs: Any) -> None:
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") != "cell_code":
                continue
            for error in cell.findall(nodes.literal_block):
                if "traceback" in error["classes"]:
                    text = error.astext().strip()
                    line = re.findall(r"Cell In\s?\[\d+\], line (\d+)", text)
                    place = f" in Zeile {line[0]} der Zelle" if line else ""
                    LOGGER.warning(
                        "Die Ausführung bricht%s ab: %s", place, text.splitlines()[-1],
                        location=cell,
                    )  # fmt: skip
