"""``sitemap.xml`` und ``robots.txt`` für Suchmaschinen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from sphinx.application import Sphinx


def sitemap(addresses: Iterable[str]) -> str:
    """Schreibt ein Verzeichnis aller Seiten.

    Args:
        addresses: Vollständige Adressen.
    """
    entries = "".join(f"  <url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    )


def write(app: Sphinx, error: Exception | None) -> None:
    """Schreibt beide Dateien; ohne bekannte Adresse entfällt das Verzeichnis."""
    if error is not None or app.builder.name != "html":
        return
    folder, address = Path(app.outdir), app.config.html_baseurl
    lines = ["User-agent: *", "Allow: /"]
    if address:
        pages = sorted(app.builder.get_target_uri(name) for name in app.env.found_docs)
        text = sitemap(address + page for page in pages)
        (folder / "sitemap.xml").write_text(text, encoding="utf-8")
        lines.append(f"Sitemap: {address}sitemap.xml")
    (folder / "robots.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
