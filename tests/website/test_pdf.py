"""Der Kurs als PDF: Reihenfolge, Lesezeichen, mit und ohne Musterlösungen, klare Fehler."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader
from site_builds import ROOT

from faltwerk.exercise import load_all

EXERCISES = load_all(ROOT)


def pdf(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Ruft das Programm auf, wie ``make pdf`` es tut."""
    return subprocess.run(
        [sys.executable, "-m", "website", "pdf", *arguments], cwd=ROOT, env=os.environ | variables,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def course(site: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[PdfReader, PdfReader]:
    """Der Kurs ohne und mit Musterlösungen."""
    build = tmp_path_factory.mktemp("bau")
    (build / "html").symlink_to(site)
    for arguments in ((), ("--solutions",)):
        result = pdf(*arguments, FALTWERK_BUILD=str(build))
        assert result.returncode == 0, result.stderr
    return PdfReader(build / "faltwerk.pdf"), PdfReader(build / "faltwerk-loesungen.pdf")


def text(reader: PdfReader) -> str:
    """Der ganze Text, Leerraum zusammengezogen."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_bookmarks_name_the_exercises_in_order(course: tuple[PdfReader, PdfReader]):
    for reader in course:
        titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
        names = [exercise.title for exercise in EXERCISES]
        assert [title for title in titles if title in names] == names
        pages = [
            reader.get_destination_page_number(entry)
            for entry in reader.outline
            if not isinstance(entry, list) and entry.title in names
        ]
        # Jede Übung beginnt auf einer neuen Seite, nach dem Titel.
        assert pages[0] >= 1 and sorted(set(pages)) == pages


def test_the_file_is_tagged_and_says_its_language(course: tuple[PdfReader, PdfReader]):
    for reader in course:
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] and root["/Lang"].startswith("de")
        assert reader.metadata is not None and reader.metadata.title == "Faltwerk"


def test_solutions_are_there_only_on_request(course: tuple[PdfReader, PdfReader]):
    without, with_solutions = map(text, course)
    for exercise in EXERCISES:
        lines = (line.split("#")[0].strip() for line in exercise.source.splitlines())
        gap = max((line for line in lines if line not in exercise.stub), key=len)
        start = " ".join(gap.split())[:40]
        assert start in with_solutions, exercise.name
        assert start not in without, exercise.name
        assert exercise.tasks[0].hints[0].split("`")[0][:30] in with_solutions
    for control in ("Alle aufklappen", "Zwischenablage", "Bewegung abspielen", "Herunterladen"):
        assert control not in without and control not in with_solutions
    for gap in EXERCISES[0].gaps:
        assert f"Lücke ({gap.number})" in without


def test_pages_are_numbered_except_the_title(course: tuple[PdfReader, PdfReader]):
    for reader in course:
        last = reader.pages[-1].extract_text().split()
        assert str(len(reader.pages)) in (last[0], last[-1])
        assert not reader.pages[0].extract_text().split()[-1].isdigit()


def test_without_chromium_one_sentence_says_what_to_do(site: Path, tmp_path: Path):
    (tmp_path / "html").symlink_to(site)
    old = tmp_path / "faltwerk.pdf"
    old.write_text("alt")
    result = pdf(FALTWERK_BUILD=str(tmp_path), CHROMIUM="/gibt/es/nicht")
    assert result.returncode == 1 and result.stderr.count("\n") == 1
    assert "Unter »/gibt/es/nicht«" in result.stderr
    result = pdf(FALTWERK_BUILD=str(tmp_path), PATH="", CHROMIUM="")
    assert result.returncode == 1 and result.stderr.count("\n") == 1
    assert "apt install chromium" in result.stderr
    # Ein Programm, das kein Chromium ist.
    result = pdf(FALTWERK_BUILD=str(tmp_path), CHROMIUM="/bin/false")
    assert result.returncode == 1 and result.stderr.count("\n") == 1
    assert "konnte den Kurs nicht drucken" in result.stderr
    assert old.read_text() == "alt"


def test_without_a_built_site_one_sentence_says_what_to_do(tmp_path: Path):
    result = pdf(FALTWERK_BUILD=str(tmp_path))
    assert result.returncode == 1
    assert result.stderr == "Es gibt noch keine gebaute Website; »make html« baut sie.\n"
