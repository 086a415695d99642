"""Macht die Bilder von TensorBoard für die Seite ResNet.

Aufruf: ``python -m docs.figures.make_tensorboard PROTOKOLL [--out ORDNER]``. PROTOKOLL ist der
Ordner, in den ein Training geschrieben hat. TensorBoard läuft dabei nur auf diesem Rechner, und
Chromium darf keine andere Adresse ansprechen.
"""

from __future__ import annotations

import io
import itertools
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as BrowserError

from docs.figures.drawing import FOLDER
from faltwerk.arguments import Parser

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
START_SECONDS = 90
WAIT_MILLISECONDS = 60_000
SIZE = {"width": 1080, "height": 960}
THEMES = ("hell", "dunkel")


class ScreenshotError(RuntimeError):
    """Es gibt nichts aufzunehmen; der Text sagt in einem Satz, warum."""


@contextmanager
def tensorboard(log: Path) -> Iterator[str]:
    """Startet TensorBoard auf einem freien Port dieses Rechners und gibt die Adresse.

    Args:
        log: Ordner mit dem Protokoll.

    Raises:
        ScreenshotError: Wenn TensorBoard nicht startet.
    """
    command = [
        sys.executable, "-m", "tensorboard.main", "--logdir", log.name, "--host", "127.0.0.1",
        "--port", "0", "--load_fast", "false", "--reload_interval", "1",
    ]  # fmt: skip
    # Aus dem Ordner darüber, denn TensorBoard zeigt den Pfad, wie er angegeben ist.
    process = subprocess.Popen(
        command, cwd=log.parent, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    # Ohne diese Frist wartete das Lesen auf ein TensorBoard, das hängt, für immer.
    timer = threading.Timer(START_SECONDS, process.kill)
    timer.start()
    try:
        for line in process.stderr:
            if address := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        else:
            raise ScreenshotError("TensorBoard startet nicht.")
        timer.cancel()
        # Was TensorBoard weiter meldet, muss jemand abnehmen, sonst bleibt es stehen.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield address[0]
    finally:
        timer.cancel()
        process.kill()
        process.wait()


def open_page(browser: Browser, address: str, dark: bool) -> tuple[Page, list[str]]:
    """Öffnet eine Seite, die nur diesen Rechner erreicht.

    Returns:
        Die Seite und die Adressen anderswo, die sie verlangt und nicht bekommen hat.
    """
    context = browser.new_context(
        viewport=SIZE, locale="de-DE", color_scheme="dark" if dark else "light"
    )
    foreign: list[str] = []

    def only_here(route) -> None:
        url = route.request.url
        if urlsplit(url).scheme in ("data", "blob") or url.startswith(address):
            route.continue_()
        else:
            foreign.append(url)
            route.abort()

    context.route("**/*", only_here)
    return context.new_page(), foreign


def scalars(page: Page, address: str) -> None:
    """Die Kurven von Verlust und Trefferquote, ungeglättet und ganz."""
    page.goto(f"{address}&smoothing=0&tagFilter=train%7Cvalidation#timeseries")
    # Sonst schneidet TensorBoard ab, was es für Ausreißer hält.
    page.get_by_text("Ignore outliers in chart scaling").click(timeout=WAIT_MILLISECONDS)
    page.get_by_role("button", name="Close side pane").or_(
        page.locator("settings-view-container, .settings-toolbar").get_by_role("button")
    ).first.click(timeout=WAIT_MILLISECONDS)
    expect(page.locator("scalar-card line-chart").first).to_be_visible(timeout=WAIT_MILLISECONDS)


def images(page: Page, address: str) -> None:
    """Die Vorhersagen des Netzes für einige Bilder."""
    page.goto(f"{address}#images")
    expect(page.locator("tf-image-loader img").first).to_be_visible(timeout=WAIT_MILLISECONDS)
    page.get_by_text("Show actual image size").click()


# Zu jeder Ansicht die Höhe, bis zu der etwas zu sehen ist.
VIEWS: dict[str, tuple[Callable[[Page, str], None], int]] = {
    "scalars": (scalars, 960),
    "images": (images, 820),
}


def main(arguments: list[str]) -> int:
    """0: alle Bilder geschrieben, 1: es ging nicht."""
    parser = Parser(
        prog="python -m docs.figures.make_tensorboard", description="Bilder von TensorBoard"
    )
    parser.add_argument(
        "log", type=Path, metavar="PROTOKOLL", help="Ordner, in den ein Training geschrieben hat"
    )
    parser.add_argument(
        "--out", type=Path, default=FOLDER, metavar="ORDNER", help="wohin die Bilder kommen"
    )
    options = parser.parse_args(arguments)
    try:
        if not any(options.log.glob("**/events.out.tfevents.*")):
            raise ScreenshotError(f"In {options.log} liegt kein Protokoll eines Trainings.")
        with tensorboard(options.log.resolve()) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM,
                args=[
                    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update",
                    "--disable-sync",
                ],
            )  # fmt: skip
            take(browser, address, options.out)
            browser.close()
    except ScreenshotError as error:
        print(error, file=sys.stderr)
        return 1
    except (BrowserError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        print(f"TensorBoard zeigt nicht, was aufgenommen werden soll: {reason}", file=sys.stderr)
        return 1
    return 0


def take(browser: Browser, address: str, folder: Path) -> None:
    """Nimmt jede Ansicht hell und dunkel auf.

    Raises:
        ScreenshotError: Wenn TensorBoard einen anderen Rechner ansprechen wollte.
    """
    for theme, (name, (show, height)) in itertools.product(THEMES, VIEWS.items()):
        dark = theme == "dunkel"
        page, foreign = open_page(browser, address, dark)
        show(page, f"{address}/?darkMode={str(dark).lower()}")
        # TensorBoard blendet ein und aus; einen Zustand, auf den man warten könnte, gibt es nicht.
        page.wait_for_timeout(2000)
        clip = {"x": 0, "y": 0, "width": SIZE["width"], "height": height}
        save(page.screenshot(clip=clip), folder / f"tensorboard-{name}-{theme}.webp")
        page.context.close()
        if foreign:
            raise ScreenshotError(f"TensorBoard wollte {foreign[0]} ansprechen.")


def save(png: bytes, path: Path) -> None:
    """Schreibt ein Bildschirmfoto als WebP."""
    Image.open(io.BytesIO(png)).save(path, "WEBP", quality=60, method=6)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
