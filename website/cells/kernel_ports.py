"""Anschlüsse der Kerne: Jeder Prozess, der baut, vergibt nur aus seinem eigenen Vorrat.

Jupyter sucht freie Anschlüsse, gibt sie wieder frei und nennt sie dem Kern, der sie erst eine
Sekunde später belegt. Starten mehrere Prozesse zugleich Kerne, bekommt so manchmal einer einen
Anschluss, der dann vergeben ist, und der Bau bricht ab.
"""

from __future__ import annotations

import os
import socket

from jupyter_client.connect import LocalPortCache
from sphinx.application import Sphinx

# Unterhalb der Anschlüsse, die Linux, macOS und Windows für ausgehende Verbindungen nehmen.
_FIRST, _LAST = 20000, 32767
# Ein Kern braucht fünf; gerade beendete Kerne halten ihre noch eine Weile.
_BLOCK = 50


class ReservedPorts(LocalPortCache):
    """Vergibt Anschlüsse aus einem Block, den kein anderer Prozess benutzt."""

    _owner: int | None = None
    _marker: socket.socket

    def find_available_port(self, ip: str) -> int:
        """Ein freier Anschluss.

        Raises:
            OSError: Wenn kein Block oder im Block kein Anschluss mehr frei ist.
        """
        # Sphinx vervielfältigt den Prozess; der Block der Vorlage gehört der Kopie nicht.
        if self._owner != os.getpid():
            self._marker = _reserve(ip)
            self._owner = os.getpid()
            self.currently_used_ports.clear()
        first = self._marker.getsockname()[1] + 1
        for port in range(first, first + _BLOCK - 1):
            if port not in self.currently_used_ports and (probe := _listen(ip, port)):
                probe.close()
                self.currently_used_ports.add(port)
                return port
        raise OSError("Für einen Jupyter-Kern ist kein Anschluss mehr frei.")


def _listen(ip: str, port: int) -> socket.socket | None:
    try:
        return socket.create_server((ip, port))
    except OSError:
        return None


def _reserve(ip: str) -> socket.socket:
    """Belegt den ersten Anschluss eines Blocks; das Betriebssystem hält ihn bis zum Prozessende."""
    for first in range(_FIRST, _LAST - _BLOCK, _BLOCK):
        if marker := _listen(ip, first):
            return marker
    raise OSError("Für Jupyter-Kerne ist kein Block von Anschlüssen mehr frei.")


def setup(app: Sphinx) -> None:
    """Macht den Vorrat zu dem, aus dem Jupyter in diesem Prozess vergibt."""
    ReservedPorts.instance()
