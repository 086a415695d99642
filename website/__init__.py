"""Die Website als eine Erweiterung von Sphinx, dazu ihr Bau, ihr Server und ihr Druck.

``order.py`` nennt der Reihe nach, was beim Bauen geschieht. Die Unterpakete sind nach Themen
geordnet; ein Modul mit einem Unterstrich am Anfang hilft nur den Nachbarn in seinem Ordner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Meldet alles bei Sphinx an."""
    # Erst hier geladen: Wer die Website nur ausliefert oder druckt, braucht kein Sphinx.
    from website import order

    order.connect(app)
    return {
        "version": "1", "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True,
    }  # fmt: skip
