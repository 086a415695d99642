"""Die virtuelle Umgebung ``.venv`` einrichten; läuft mit dem Python des Rechners.

Das Modul benutzt nur die Standardbibliothek und nichts, was älteres Python nicht lesen kann,
damit auch dort ein verständlicher Satz erscheint.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile

# Für diese Fassungen gibt es jedes Paket fertig; »make lock« prüft das.
PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
TORCH = "torch"
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "faltwerk-requirements")
REQUIREMENTS = os.path.join(ROOT, "requirements.txt")
LOCK = os.path.join(ROOT, "tools", "requirements.lock")
# Abschnitte der Datei mit den festgelegten Versionen, in der Reihenfolge der Installation.
SECTIONS = {
    "installer": "# Abschnitt 1: womit alles Weitere installiert wird",
    "all": "# Abschnitt 2: alles außer torch",
    "cuda": "# Abschnitt 3: nur neben einem torch mit CUDA",
}
# Läuft in der neuen Umgebung: Braucht das installierte torch die Pakete für CUDA?
CUDA_QUESTION = (
    "import importlib.metadata, sys; "
    "sys.exit(sys.platform == 'linux' and any(name.startswith(('nvidia-', 'cuda-')) "
    "for name in importlib.metadata.requires('torch') or ()))"
)

_NOT_INSTALLED = (
    "Die Pakete ließen sich nicht installieren; bitte prüfen Sie die Verbindung zum Netz und den "
    "freien Speicherplatz und rufen Sie den Befehl noch einmal auf."
)


class SetupError(Exception):
    """Die Einrichtung ist gescheitert; der Text sagt, woran und was zu tun ist."""


def venv_python(venv=VENV):
    """Pfad des Pythons in der virtuellen Umgebung."""
    return os.path.join(venv, "bin", "python")


def wanted_stamp():
    """Kennung dessen, was installiert sein soll: Python und die festgelegten Versionen."""
    digest = hashlib.sha256()
    for path in (REQUIREMENTS, LOCK):
        with open(path, "rb") as file:
            digest.update(file.read())
    return f"{sys.version_info[0]}.{sys.version_info[1]} {digest.hexdigest()}\n"


def current_stamp():
    """Kennung dessen, was zuletzt vollständig installiert wurde."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            text = file.read()
    except OSError:
        return None
    return text if os.path.exists(venv_python()) else None


def dotted(version):
    """Eine Fassung von Python, wie man sie schreibt."""
    return f"{version[0]}.{version[1]}"


def check_python():
    """Verlangt ein Python, für das es alle Pakete gibt, mit dem Modul venv."""
    if tuple(sys.version_info[:2]) not in PYTHONS:
        raise SetupError(
            f"Faltwerk braucht Python {dotted(PYTHONS[0])} bis {dotted(PYTHONS[-1])}, gefunden "
            f"wurde {dotted(sys.version_info)} ({sys.executable}); mit "
            "»make PYTHON=/pfad/zu/python3 ...« wählen Sie ein anderes."
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise SetupError(
            f"Dem Python unter {sys.executable} fehlt das Modul venv; auf Debian und Ubuntu "
            "installiert es »apt install python3-venv«."
        ) from None


def run(command, problem):
    """Führt einen Befehl aus und macht aus einem Fehlschlag einen Satz."""
    try:
        result = subprocess.run(command, cwd=ROOT, check=False)
    except OSError as error:
        raise SetupError(f"{problem} ({error})") from None
    if result.returncode:
        raise SetupError(problem)


def section(name):
    """Ein Abschnitt der Datei mit den festgelegten Versionen."""
    with open(LOCK, encoding="utf-8") as file:
        text = file.read()
    following = "|".join(re.escape(title) for title in SECTIONS.values())
    match = re.search(
        rf"^{re.escape(SECTIONS[name])}\n(.*?)(?=^(?:{following})$|\Z)", text, re.M | re.S
    )
    if match is None:
        raise SetupError(
            "tools/requirements.lock ist unvollständig; holen Sie die Datei aus dem Projekt zurück "
            "oder erneuern Sie sie mit »make lock«."
        )
    return match.group(1)


def torch_requirement():
    """Die Zeile aus requirements.txt, die torch festlegt."""
    with open(REQUIREMENTS, encoding="utf-8") as file:
        for line in file:
            if line.startswith(f"{TORCH}=="):
                return line.strip()
    raise SetupError("In requirements.txt fehlt die Zeile »torch==…«.")


def pip_command(*arguments):
    """Ein Aufruf von pip in der neuen Umgebung, der nur Genanntes installiert und nichts baut."""
    return [
        venv_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--only-binary", ":all:", *arguments,
    ]  # fmt: skip


def install_section(name, with_uv=True):
    """Installiert einen Abschnitt; jede Datei muss zu ihrer Prüfsumme passen."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "requirements.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(section(name))
        if with_uv and uv_installs(path):
            return
        run(pip_command("--require-hashes", "-r", path), _NOT_INSTALLED)


def uv_installs(path):
    """Installiert mit uv und übersetzt alles, was schon da ist; ``False`` nach einem Fehlschlag.

    Dann ist pip an der Reihe: Nur pip kennt, was auf dem Rechner für pip eingestellt ist, etwa eine
    andere Quelle.
    """
    command = [
        venv_python(), "-m", "uv", "pip", "install", "--quiet", "--python", venv_python(),
        "--no-deps", "--only-binary", ":all:", "--compile-bytecode", "--require-hashes", "-r", path,
    ]  # fmt: skip
    return not subprocess.run(command, cwd=ROOT, stderr=subprocess.DEVNULL, check=False).returncode


def install():
    """Legt die Umgebung an und installiert die festgelegten Pakete."""
    print("Die virtuelle Umgebung .venv wird eingerichtet, das dauert einige Minuten.", flush=True)
    if os.path.exists(STAMP):
        os.remove(STAMP)
    run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        "Die virtuelle Umgebung .venv lässt sich nicht anlegen; die Meldung darüber sagt, warum.",
    )
    install_section("installer", with_uv=False)
    # Für torch gibt es je nach Quelle verschiedene Dateien unter derselben Version; welche Quelle
    # gilt, weiß pip. Übersetzt wird es mit allem anderen.
    run(pip_command("--no-compile", torch_requirement()), _NOT_INSTALLED)
    if subprocess.run([venv_python(), "-c", CUDA_QUESTION], cwd=ROOT, check=False).returncode:
        install_section("cuda")
    install_section("all")
    with open(STAMP, "w", encoding="utf-8") as file:
        file.write(wanted_stamp())
    print("Die virtuelle Umgebung ist fertig.", flush=True)


def main():
    """Richtet die Umgebung ein, wenn sie fehlt oder veraltet ist."""
    try:
        check_python()
        if current_stamp() == wanted_stamp():
            print("Die virtuelle Umgebung ist auf dem Stand von requirements.txt.", flush=True)
        else:
            install()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Abgebrochen; der nächste Aufruf richtet die Umgebung neu ein.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
