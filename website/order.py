"""In welcher Reihenfolge eine Seite entsteht: alle Umformungen und Ereignisse, von oben nach unten.

Die Module der Unterpakete melden nur an, was eine Seite benutzen kann (Direktiven, Rollen, Knoten);
wann sie etwas tun, steht allein hier. Was Sphinx schreibt, macht danach ``finishing`` fertig.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from website import runtime, settings
from website.cells import execution, freshness, rst_cells
from website.exercises import cards, downloads, editors, parts, progress, toggles
from website.frame import (
    accessible,
    head,
    interface,
    needed_files,
    not_found,
    rewriting,
    search_index,
    sitemap,
)
from website.prose import (
    alt_text,
    formulas,
    inventories,
    licences,
    motion,
    operator_details,
    typography,
)

# Was Direktiven, Rollen, Knoten oder Einstellungen anmeldet.
MODULES = (
    rst_cells, parts, editors, toggles, progress, cards,
    formulas, motion, operator_details, licences, freshness,
    search_index,
)  # fmt: skip

# Die Zahl ordnet eine Umformung auch zwischen denen von Sphinx und docutils ein: Unter 100 liegt
# das Dokument noch so vor, wie es geschrieben ist, über 880 ist es fertig bis auf die Verweise.
TRANSFORMS: tuple[tuple[int, type[SphinxTransform]], ...] = (
    # Erst die Zellen, damit auch Zellen in Kästen gefüllt sind.
    (3, rst_cells.RunCells),
    # Vor den Umformungen, die Überschriften und Verweise auflösen.
    (5, toggles.FillToggles),
    (880, typography.FixSpaces),
    (881, typography.MarkEnglish),
    (890, alt_text.UseDescription),
    (900, execution.ReportErrors),
    (901, motion.AddButtons),
    (902, alt_text.DemandAltText),
)

# Wer nichts anderes sagt, meldet sich in Sphinx mit 500 an; LATE kommt nach allen anderen.
USUAL, LATE = 500, 900

EVENTS: dict[str, tuple[tuple[int, Callable[..., Any]], ...]] = {
    "config-inited": (
        (USUAL, settings.own_files),
        (USUAL, execution.prepare),
        # Intersphinx prüft seine Einstellungen mit 800.
        (USUAL, inventories.write_inventories),
        (USUAL, operator_details.load_host),
        (USUAL, not_found.add_page),
    ),
    "builder-inited": (
        (USUAL, formulas.copy_styles),
        (USUAL, downloads.write_downloads),
        (USUAL, editors.write_data),
        (USUAL, runtime.write_runtime),
        (USUAL, licences.write_texts),
        (USUAL, interface.add_filter),
        (USUAL, accessible.add_filter),
    ),
    "env-get-outdated": ((USUAL, freshness.outdated),),
    "env-before-read-docs": ((USUAL, freshness.spread),),
    "env-purge-doc": ((USUAL, freshness.forget),),
    "source-read": ((USUAL, freshness.select_cache),),
    "doctree-read": (
        (USUAL, parts.demand_parts),
        (USUAL, freshness.remember),
    ),
    "env-merge-info": ((USUAL, freshness.merge),),
    "env-updated": ((LATE, rewriting.write_all),),
    "html-page-context": (
        (USUAL, editors.link_scripts),
        (USUAL, toggles.mark_pages),
        (USUAL, formulas.link_styles),
        (USUAL, progress.link_scripts),
        (USUAL, head.add_head),
        # Erst was andere Erweiterungen ins HTML schreiben, dann was die Seite davon braucht.
        (LATE, interface.drop_inline_scripts),
        (LATE, needed_files.drop_unneeded),
    ),
    "build-finished": (
        (USUAL, motion.copy_animations),
        (USUAL, sitemap.write),
    ),
}


def connect(app: Sphinx) -> None:
    """Meldet alles in dieser Reihenfolge bei Sphinx an."""
    for module in MODULES:
        module.setup(app)
    for priority, transform in TRANSFORMS:
        transform.default_priority = priority
        app.add_transform(transform)
    for event, handlers in EVENTS.items():
        for priority, handler in handlers:
            app.connect(event, handler, priority)
