"""Den ganzen Kurs als eine PDF-Datei drucken.

Die Artikel der gebauten Seiten kommen in ein Dokument, das Chromium druckt. So gelten für die Datei
dieselben Druckregeln wie für jede einzelne Seite.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from faltwerk.exercise import load_all
from website.places import ROOT
from website.server import serve_folder

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_TIMEOUT = 120_000

# Läuft in der Startseite: Sie hat schon alle Stile, ihr Inhalt wird ersetzt.
_ASSEMBLE = """
async ({ chapters, title, subtitle, note, solutions }) => {
  const names = chapters.map((chapter) => chapter.name);
  const element = (tag, text = "", classes = "") => {
    const node = document.createElement(tag);
    node.textContent = text;
    node.className = classes;
    return node;
  };

  // Jede Seite bringt eigene Kennungen mit; im gemeinsamen Dokument bekommen sie einen Vorsatz.
  const rename = (article, name) => {
    for (const node of article.querySelectorAll("[id]")) node.id = `${name}--${node.id}`;
    for (const link of article.querySelectorAll("a[href]")) {
      const [page, id] = link.getAttribute("href").split("#");
      if (/^[a-z]+:/.test(page)) continue;
      const target = page ? page.replace(/\\.html$/, "") : name;
      if (names.includes(target)) link.href = id ? `#${target}--${id}` : `#${target}`;
      else link.replaceWith(...link.childNodes);
    }
  };

  const chapter = async (name) => {
    const answer = await fetch(`${name}.html`);
    if (!answer.ok) throw new Error(`${name}.html`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const sheet of page.querySelectorAll('link[rel="stylesheet"]')) {
      const href = sheet.getAttribute("href");
      if (!document.querySelector(`link[href="${href}"]`)) {
        const link = document.createElement("link");
        Object.assign(link, { rel: "stylesheet", href });
        const loaded = new Promise((done) => link.addEventListener("load", done));
        document.head.append(link);
        await loaded;
      }
    }
    const article = page.querySelector("article");
    for (const node of article.querySelectorAll("button, .headerlink, .exercise-downloads")) {
      node.remove();
    }
    for (const box of article.querySelectorAll(".admonition.dropdown")) {
      if (solutions) box.classList.add("toggle");
      else box.remove();
    }
    for (const hint of article.querySelectorAll("details")) hint.open = true;
    rename(article, name);
    const section = element("section", "", "chapter");
    section.id = name;
    section.append(...article.childNodes);
    return section;
  };

  const cover = element("section", "", "cover");
  cover.append(element("h1", title), element("p", subtitle, "cover-subtitle"));
  const list = element("ol", "", "cover-list");
  for (const { name, title: heading, summary } of chapters) {
    const item = element("li");
    const link = element("a", heading);
    link.href = `#${name}`;
    item.append(link, element("p", summary));
    list.append(item);
  }
  cover.append(list, element("p", note, "cover-note"));

  const sections = [];
  for (const name of names) sections.push(await chapter(name));
  const article = document.querySelector("article");
  article.replaceChildren(cover, ...sections);
  document.title = title;
  for (const image of article.querySelectorAll("img")) image.loading = "eager";
  await Promise.all([...article.querySelectorAll("img")].map((image) => image.decode()));
  await document.fonts.ready;
}
"""


class PdfError(Exception):
    """Die PDF-Datei kann nicht entstehen; der Text sagt, warum und was zu tun ist."""


def find_chromium() -> str:
    """Der Pfad von Chromium; die Umgebungsvariable ``CHROMIUM`` geht vor.

    Raises:
        PdfError: Wenn es keines gibt.
    """
    wanted = os.environ.get("CHROMIUM")
    for name in (wanted,) if wanted else _NAMES:
        path = shutil.which(name)
        if path:
            return path
    if wanted:
        raise PdfError(
            f"Unter »{wanted}«, dem Wert der Umgebungsvariablen CHROMIUM, gibt es kein Programm."
        )
    raise PdfError(
        "Für die PDF-Datei wird Chromium gebraucht, es ist aber nicht zu finden; unter Debian und "
        "Ubuntu installiert es »apt install chromium«, ein anderes nennt die Umgebungsvariable "
        "CHROMIUM."
    )


def contents(solutions: bool) -> dict[str, Any]:
    """Was auf dem Titel steht und welche Kapitel folgen, in der Reihenfolge der Übungen."""
    chapters = [
        {
            "name": exercise.name,
            "title": exercise.title,
            "summary": exercise.summary.replace("`", ""),
        }
        for exercise in load_all(ROOT)
    ]
    return {
        "chapters": chapters,
        "title": "Faltwerk",
        "subtitle": "Deep Learning for Computer Vision: Übungen zum Selbermachen",
        "note": "Mit Hinweisen, erwarteten Ausgaben und Musterlösungen."
        if solutions
        else "Ohne Hinweise und Musterlösungen; sie stehen auf den Seiten der Website.",
        "solutions": solutions,
    }


def print_course(html: Path, target: Path, solutions: bool) -> None:
    """Druckt den Kurs in eine Datei; eine ältere bleibt stehen, bis die neue fertig ist.

    Args:
        html: Ordner der gebauten Website.
        target: Die PDF-Datei.
        solutions: Ob Hinweise, Ausgaben und Musterlösungen dabei sind.

    Raises:
        PdfError: Wenn die Website oder Chromium fehlt oder das Drucken scheitert.
    """
    from playwright.sync_api import Error, sync_playwright

    if not (html / "index.html").is_file():
        raise PdfError("Es gibt noch keine gebaute Website; »make html« baut sie.")
    chromium = find_chromium()
    unfinished = target.with_suffix(".unfertig")
    try:
        with serve_folder(html) as url, sync_playwright() as playwright:
            # Als root, zum Beispiel in einem Container, startet Chromium nur ohne Sandbox.
            sandbox = os.geteuid() != 0
            browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=sandbox)
            context = browser.new_context(bypass_csp=True, color_scheme="light", locale="de-DE")
            page = context.new_page()
            page.set_default_timeout(_TIMEOUT)
            page.goto(f"{url}/index.html")
            page.evaluate(_ASSEMBLE, contents(solutions))
            page.pdf(
                path=unfinished, prefer_css_page_size=True, print_background=True,
                outline=True, tagged=True,
            )  # fmt: skip
            browser.close()
    except Error as error:
        unfinished.unlink(missing_ok=True)
        reason = error.message.strip().splitlines()[0]
        raise PdfError(f"Chromium ({chromium}) konnte den Kurs nicht drucken: {reason}") from None
    unfinished.replace(target)
