"""Wann eine Seite auf einer langsamen Leitung steht, daneben derselbe Inhalt mit sphinx_rtd_theme.

Gemessen wird in Chromium: 1,6 Mbit/s, 150 ms Verzögerung, vierfach verlangsamter Prozessor, leerer
Zwischenspeicher. Das Vergleichsthema wird nur für die Messung geholt und danach gelöscht.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from tools.bench.project_copy import ROOT, copy_project, python
from tools.bench.table import Table, number, seconds

_PAGES = ("index", "convolution", "pooling", "resnet", "seresnet")
_REPEATS = 3
_COMPRESSED = {".html", ".css", ".js", ".svg", ".json"}
# Dieselben Seiten in der üblichen Gestalt: ohne alles, was am Aussehen und am HTML arbeitet.
_PLAIN_CONF = """
extensions = [
    name for name in extensions
    if name not in ("website.frame.interface", "website.frame.head", "website.frame.needed_files",
                    "website.frame.not_found", "website.finishing", "website.frame.sitemap")
]
html_theme = "sphinx_rtd_theme"
html_theme_options = {}
html_css_files = []
html_js_files = []
html_static_path = []
html_favicon = None
templates_path = []
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


class _Gzip(http.server.SimpleHTTPRequestHandler):
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

    def log_message(self, *arguments: object) -> None:
        """Schweigt, damit die Tabelle lesbar bleibt."""


@contextmanager
def serve(folder: Path) -> Iterator[tuple[str, dict[str, int]]]:
    """Adresse eines Servers für den Ordner und die Größe jeder gesendeten Datei."""
    sent: dict[str, int] = {}
    handler = functools.partial(_Gzip, directory=str(folder), sent=sent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", sent
        server.shutdown()


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
    with tempfile.TemporaryDirectory() as folder:
        python(ROOT, "-m", "website", "build")
        plain = _build_plain(copy_project(Path(folder)), Path(folder, "packages"))
        with (
            serve(ROOT / "build" / "html") as ours,
            serve(plain) as theirs,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            for page in _PAGES:
                row = [page]
                paints = []
                for address, sent in (ours, theirs):
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
