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

MINIMUM = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "faltwerk-requirements")
REQUIREMENTS = os.path.join(ROOT, "requirements.txt")
LOCK = os.path.join(ROOT, "tools", "requirements.lock")
# Abschnitte der Datei mit den festgelegten Versionen, in der Reihenfolge der Installation.
SECTIONS = {
    "build": "# Abschnitt 1: womit andere Pakete gebaut werden",
    "all": "# Abschnitt 2: alles außer torch",
    "cuda": "# Abschnitt 3: nur neben einem torch mit CUDA",
}
# Läuft in der neuen Umgebung: Braucht das installierte torch die Pakete für CUDA?
CUDA_QUESTION = (
    "import importlib.metadata, sys; "
    "sys.exit(sys.platform == 'linux' and any(name.startswith(('nvidia-', 'cuda-')) "
    "for name in importlib.metadata.requires('torch') or ()))"
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


def check_python():
    """Verlangt ein neues Python mit dem Modul venv."""
    if sys.version_info < MINIMUM:
        raise SetupError(
            "Faltwerk braucht Python ab {}.{}, gefunden wurde {}.{} ({}); mit "
            "»make PYTHON=/pfad/zu/python3 ...« wählen Sie ein anderes.".format(
                *MINIMUM, sys.version_info[0], sys.version_info[1], sys.executable
            )
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
            if re.match(r"torch\s*==", line):
                return line.strip()
    raise SetupError("In requirements.txt fehlt die Zeile »torch==…«.")


def pip_install(*arguments):
    """Installiert in die neue Umgebung, ohne Abhängigkeiten aufzulösen."""
    run(
        [venv_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--no-deps", *arguments],
        "Die Pakete ließen sich nicht installieren; bitte prüfen Sie die Verbindung zum Netz und "
        "den freien Speicherplatz und rufen Sie den Befehl noch einmal auf.",
    )  # fmt: skip


def pip_install_section(name):
    """Installiert einen Abschnitt; jede Datei muss zu ihrer Prüfsumme passen."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "requirements.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(section(name))
        # Ohne abgeschottetes Bauen, denn dafür holte pip Werkzeuge ohne Prüfsumme.
        pip_install("--require-hashes", "--no-build-isolation", "-r", path)


def install():
    """Legt die Umgebung an und installiert die festgelegten Pakete."""
    print("Die virtuelle Umgebung .venv wird eingerichtet, das dauert einige Minuten.", flush=True)
    if os.path.exists(STAMP):
        os.remove(STAMP)
    run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        "Die virtuelle Umgebung .venv lässt sich nicht anlegen; die Meldung darüber sagt, warum.",
    )
    pip_install_section("build")
    pip_install_section("all")
    # Für torch gibt es je nach Quelle verschiedene Dateien unter derselben Version.
    pip_install(torch_requirement())
    if subprocess.run([venv_python(), "-c", CUDA_QUESTION], cwd=ROOT, check=False).returncode:
        pip_install_section("cuda")
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
