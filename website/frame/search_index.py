"""Das Verzeichnis für die Suche, vollständig auch dann, wenn nur einige Seiten geschrieben werden.

Sphinx liest dafür seine eigene ``searchindex.js`` zurück. Dabei verliert es die Einträge der
Funktionen und Klassen und behält Wörter, die nirgends mehr vorkommen.
"""

from __future__ import annotations

import pickle
from collections.abc import Set
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

_FILE = "suche.pickle"
# Was ein Verzeichnis ausmacht; Sphinx bietet dafür keine andere Schnittstelle.
_BY_PAGE = ("_titles", "_filenames", "_all_titles", "_index_entries")
_BY_WORD = ("_mapping", "_title_mapping")


class PageBuilder(StandaloneHTMLBuilder):
    """Schreibt HTML wie Sphinx und behält das Verzeichnis ungeschriebener Seiten."""

    def load_indexer(self, docnames: Set[str]) -> None:
        """Holt zurück, was zu den Seiten gehört, die dieser Bau nicht schreibt.

        Args:
            docnames: Seiten, die neu geschrieben werden.
        """
        keep = set(self.env.all_docs).difference(docnames)
        path = Path(self.doctreedir, _FILE)
        if not keep or not path.is_file():
            return
        state = pickle.loads(path.read_bytes())
        for name in _BY_PAGE:
            kept = {page: value for page, value in state[name].items() if page in keep}
            setattr(self.indexer, name, kept)
        for name in _BY_WORD:
            words = {word: pages & keep for word, pages in state[name].items()}
            setattr(self.indexer, name, {word: pages for word, pages in words.items() if pages})

    def dump_search_index(self) -> None:
        """Schreibt das Verzeichnis und hebt es für den nächsten Bau auf."""
        state = {name: getattr(self.indexer, name) for name in (*_BY_PAGE, *_BY_WORD)}
        super().dump_search_index()
        Path(self.doctreedir, _FILE).write_bytes(pickle.dumps(state))


def setup(app: Sphinx) -> None:
    """Stellt diesen Schreiber an die Stelle von Sphinx' eigenem."""
    app.add_builder(PageBuilder, override=True)
