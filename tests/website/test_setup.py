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


@pytest.mark.parametrize("version", [(3, 9), (3, 10), (3, 15), (4, 11)])
def test_another_python_is_one_sentence(
    version: tuple[int, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "version_info", (*version, 1, "final", 0))
    assert environment.main() == 1
    error = capsys.readouterr().err
    found = environment.dotted(version)
    assert f"braucht Python 3.11 bis 3.14, gefunden wurde {found}" in error
    assert error.count("\n") == 1


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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Die Befehle, mit denen eingerichtet würde; keiner wird ausgeführt."""
    noted: list[list[str]] = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        noted.append(command)
        return subprocess.CompletedProcess(command, 0)

    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(environment, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(environment, "STAMP", str(tmp_path / ".venv" / "stamp"))
    monkeypatch.setattr(subprocess, "run", run)
    return noted


def test_packages_are_installed_only_with_their_hashes(commands: list[list[str]]):
    """Nur torch darf ohne Prüfsumme gelesen werden; nichts löst Abhängigkeiten auf oder baut."""
    environment.install()
    installs = [command for command in commands if "install" in command]
    assert len(installs) == 3
    for command in installs:
        assert "--no-deps" in command
        assert command[command.index("--only-binary") + 1] == ":all:"
    unhashed = [command for command in installs if "--require-hashes" not in command]
    assert [command[-1] for command in unhashed] == [environment.torch_requirement()]


def test_pip_installs_what_uv_cannot(commands: list[list[str]], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment, "uv_installs", lambda path: False)
    environment.install()
    with_pip = [command for command in commands if "pip" in command and "uv" not in command]
    assert sum("--require-hashes" in command for command in with_pip) == 2


def test_an_interrupted_installation_is_repaired_by_the_next_call(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    stamp = Path(environment.STAMP)
    stamp.write_text(environment.wanted_stamp())

    def interrupted(name: str, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environment, "current_stamp", lambda: None)
        patch.setattr(environment, "install_section", interrupted)
        assert environment.main() == 130
    assert "richtet die Umgebung neu ein" in capsys.readouterr().err
    assert not stamp.exists()
    commands.clear()
    assert environment.main() == 0
    assert "--clear" in commands[0]
    assert stamp.read_text() == environment.wanted_stamp()


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
