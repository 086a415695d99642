"""Wann eine Seite auf einer langsamen Leitung steht, daneben derselbe Inhalt mit sphinx_rtd_theme.

Gemessen wird in Chromium: 1,6 Mbit/s, 150 ms Verzögerung, vierfach verlangsamter Prozessor, leerer
Zwischenspeicher. Das Vergleichsthema wird nur für die Messung geholt und danach gelöscht.
"""

from __future__ import annotations

import gzip
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from tools.bench.project_copy import ROOT, copy_project, python
from tools.bench.table import Table, number, seconds
from website.server import QuietHandler, serve_folder

_PAGES = ("index", "convolution", "pooling", "resnet", "seresnet")
_REPEATS = 3
_COMPRESSED = {".html", ".css", ".js", ".svg", ".json"}
# Dieselben Seiten in der üblichen Gestalt: ohne alles, was am Aussehen und am HTML arbeitet.
_PLAIN_CONF = """
from website import order, settings
from website.frame import accessible, head, interface, needed_files, not_found, sitemap

_FRAME = {
    settings.own_files, accessible.add_filter, head.add_head, interface.add_filter,
    interface.drop_inline_scripts, needed_files.drop_unneeded, not_found.add_page, sitemap.write,
}
order.EVENTS = {
    event: tuple(entry for entry in handlers if entry[1] not in _FRAME)
    for event, handlers in order.EVENTS.items()
}
html_theme = "sphinx_rtd_theme"
html_theme_options = {}
"""
_OBSERVE = """
window.shift = 0;
window.paint = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.paint = entry.startTime;
}).observe({type: "largest-contentful-paint", buffered: true});
"""


class _Gzip(QuietHandler):
    """Liefert Dateien komprimiert aus, wie es ein Webserver tut, und zählt die Bytes."""

    protocol_version = "HTTP/1.1"
    sent: dict[str, int]

    def __init__(self, *arguments: object, sent: dict[str, int], **options: object) -> None:
        self.sent = sent
        super().__init__(*arguments, **options)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in _COMPRESSED:
            content = gzip.compress(content, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.sent[self.path] = len(content)


def load(browser: Browser, address: str) -> tuple[float, float]:
    """Lädt eine Seite auf der langsamen Leitung.

    Returns:
        Sekunden bis zum größten Inhalt auf dem ersten Bildschirm und die Summe der Verschiebungen.
    """
    context = browser.new_context(viewport={"width": 390, "height": 844})
    # Was das Vergleichsthema von fremden Rechnern holen will, soll die Messung nicht aufhalten.
    context.route(
        lambda target: urlsplit(target).hostname != "127.0.0.1", lambda route: route.abort()
    )
    page = context.new_page()
    page.add_init_script(_OBSERVE)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8,
         "uploadThroughput": 750_000 / 8},
    )  # fmt: skip
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address, wait_until="load", timeout=120_000)
    page.wait_for_timeout(1500)
    paint, shift = page.evaluate("[window.paint, window.shift]")
    context.close()
    return paint / 1000, shift


def _build_plain(root: Path, packages: Path) -> Path:
    """Baut dieselben Seiten mit dem Vergleichsthema."""
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--no-deps", "--target", str(packages), "sphinx-rtd-theme", "sphinxcontrib-jquery"],
        check=True,
    )  # fmt: skip
    conf = root / "conf.py"
    conf.write_text(conf.read_text(encoding="utf-8") + _PLAIN_CONF, encoding="utf-8")
    target = root / "build" / "plain"
    python(
        root, "-m", "sphinx", "-q", "-b", "html", "-c", ".", "-j", "2",
        "-d", str(root / "build" / "plain-doctrees"), "docs", str(target),
        PYTHONPATH=f"{packages}{os.pathsep}{root}",
        # Dieselben Ausgaben der Zellen, ohne sie noch einmal auszuführen.
        FALTWERK_BUILD=str(ROOT / "build"),
    )  # fmt: skip
    return target


def run() -> Table:
    """Misst beide Fassungen abwechselnd, jede Seite dreimal."""
    table = Table(
        "Laden auf einer langsamen Leitung (390 Bildpunkte breit)",
        ["Seite", "LCP", "CLS", "kB", "LCP rtd", "CLS rtd", "kB rtd", "LCP/rtd"],
        notes=["LCP: größter Inhalt des ersten Bildschirms; CLS: Summe der Verschiebungen; kB: "
               "komprimiert, vor dem ersten Klick"],
    )  # fmt: skip
    # Bytes jeder gesendeten Datei seit dem letzten Leeren.
    sent: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        python(ROOT, "-m", "website", "build")
        plain = _build_plain(copy_project(Path(folder)), Path(folder, "packages"))
        with (
            serve_folder(ROOT / "build" / "html", handler=_Gzip, sent=sent) as ours,
            serve_folder(plain, handler=_Gzip, sent=sent) as theirs,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            for page in _PAGES:
                row = [page]
                paints = []
                for address in (ours, theirs):
                    sent.clear()
                    results = [load(browser, f"{address}/{page}.html") for _ in range(_REPEATS)]
                    paints.append(statistics.median(paint for paint, _ in results))
                    row += [
                        seconds(paints[-1]),
                        number(max(shift for _, shift in results), 3),
                        number(sum(sent.values()) / 1000, 0),
                    ]
                table.rows.append([*row, number(paints[0] / paints[1])])
            browser.close()
    return table
