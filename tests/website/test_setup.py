"""Einrichten und Befehle: klare Sätze statt Fehlerspuren, Pfade mit Leerzeichen und Umlauten."""

from __future__ import annotations

import builtins
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from site_builds import ROOT

from tools import environment

EXAMPLE = (ROOT / "docs" / "beispiel" / "glaettung.md").read_text(encoding="utf-8")


def make(*arguments: str, root: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Ruft ``make`` auf."""
    return subprocess.run(
        ["make", *arguments], cwd=root, env=os.environ | variables,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_help_lists_the_verbs():
    result = make("help")
    assert result.returncode == 0
    for verb in ("html", "test", "lint", "pdf", "serve", "clean", "help"):
        assert f"make {verb}" in result.stdout


def test_missing_python_is_one_sentence():
    result = make("html", "PYTHON=python-gibt-es-nicht")
    assert result.returncode != 0
    assert "»python-gibt-es-nicht« ist aber nicht zu finden." in result.stderr
    assert "Traceback" not in result.stderr


def test_old_python_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1, "final", 0))
    assert environment.main() == 1
    error = capsys.readouterr().err
    assert "braucht Python ab 3.11, gefunden wurde 3.9" in error and error.count("\n") == 1


def test_missing_venv_module_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    original = builtins.__import__

    def without_venv(name: str, *arguments: object, **options: object) -> object:
        if name in ("venv", "ensurepip"):
            raise ImportError(name)
        return original(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without_venv)
    code = environment.main()
    monkeypatch.undo()
    assert code == 1
    error = capsys.readouterr().err
    assert "fehlt das Modul venv" in error and error.count("\n") == 1


def test_failed_download_is_one_sentence_and_leaves_no_stamp(tmp_path: Path):
    root = tmp_path / "Kurs für mich"
    (root / "tools").mkdir(parents=True)
    for name in ("tools/environment.py", "tools/requirements.lock", "requirements.txt"):
        shutil.copy(ROOT / name, root / name)
    result = subprocess.run(
        [sys.executable, "tools/environment.py"],
        cwd=root, env=os.environ | {"PIP_NO_INDEX": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert "ließen sich nicht installieren" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (root / ".venv" / "faltwerk-requirements").exists()


def test_a_broken_lock_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    lock = tmp_path / "requirements.lock"
    lock.write_text("numpy==2.4.6\n")
    monkeypatch.setattr(environment, "LOCK", str(lock))
    monkeypatch.setattr(environment, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(environment, "STAMP", str(tmp_path / ".venv" / "stamp"))
    assert environment.main() == 1
    error = capsys.readouterr().err
    assert "tools/requirements.lock ist unvollständig" in error and error.count("\n") == 1


def test_packages_are_installed_only_with_their_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Nur torch darf ohne Prüfsumme gelesen werden, und nichts löst Abhängigkeiten auf."""
    commands: list[list[str]] = []
    monkeypatch.setattr(environment, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(environment, "STAMP", str(tmp_path / ".venv" / "stamp"))
    monkeypatch.setattr(environment, "run", lambda command, problem: commands.append(command))
    monkeypatch.setattr(environment, "venv_python", lambda: sys.executable)
    (tmp_path / ".venv").mkdir()
    environment.install()
    installs = [command for command in commands if "install" in command]
    assert all("--no-deps" in command for command in installs)
    unhashed = [command for command in installs if "--require-hashes" not in command]
    assert [command[-1] for command in unhashed] == [environment.torch_requirement()]
    # Kein Werkzeug kommt unbemerkt dazu, wenn pip ein Paket aus dem Quelltext baut.
    assert all("--no-build-isolation" in command for command in installs if command not in unhashed)


def test_make_html_in_a_path_with_spaces_and_umlauts(scratch: Callable[..., Path]):
    if environment.current_stamp() != environment.wanted_stamp():
        pytest.skip("Die virtuelle Umgebung ist nicht von »make« eingerichtet.")
    root = scratch(("glaettung",), {"glaettung.md": EXAMPLE})
    shutil.copy(ROOT / "Makefile", root)
    (root / ".venv").symlink_to(ROOT / ".venv")
    # Die Adresse führt nirgendwohin: Der Bau darf das Netz nicht brauchen.
    nowhere = "http://127.0.0.1:9"
    result = make("html", root=root, http_proxy=nowhere, https_proxy=nowhere, PIP_NO_INDEX="1")
    assert result.returncode == 0, result.stderr
    assert "auf dem Stand von requirements.txt" in result.stdout
    assert (root / "build" / "html" / "glaettung.html").is_file()


def test_serve_shows_the_built_site(site: Path):
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "website", "serve", "--port", "0"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = next(word for word in line.split() if word.startswith("http"))
        with urllib.request.urlopen(address) as answer:
            assert b"Faltwerk" in answer.read()
    finally:
        process.terminate()
        process.wait()
