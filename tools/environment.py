"""Die virtuelle Umgebung ``.venv`` einrichten; läuft mit dem Python des Rechners.

Das Modul benutzt nur die Standardbibliothek und nichts, was älteres Python nicht lesen kann,
damit auch dort ein verständlicher Satz erscheint.
"""

import hashlib
import os
import subprocess
import sys

MINIMUM = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "faltwerk-requirements")
REQUIREMENTS = os.path.join(ROOT, "requirements.txt")


class SetupError(Exception):
    """Die Einrichtung ist gescheitert; der Text sagt, woran und was zu tun ist."""


def venv_python(venv=VENV):
    """Pfad des Pythons in der virtuellen Umgebung."""
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(venv, folder, name)


def wanted_stamp():
    """Kennung dessen, was installiert sein soll: Python und Inhalt von requirements.txt."""
    with open(REQUIREMENTS, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    return f"{sys.version_info[0]}.{sys.version_info[1]} {digest}\n"


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


def install():
    """Legt die Umgebung an und installiert die festgelegten Pakete."""
    print("Die virtuelle Umgebung .venv wird eingerichtet, das dauert einige Minuten.", flush=True)
    if os.path.exists(STAMP):
        os.remove(STAMP)
    run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        "Die virtuelle Umgebung .venv lässt sich nicht anlegen; die Meldung darüber sagt, warum.",
    )
    run(
        [venv_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "-r", REQUIREMENTS],
        "Die Pakete aus requirements.txt ließen sich nicht installieren; bitte prüfen Sie die "
        "Verbindung zum Netz und den freien Speicherplatz und rufen Sie den Befehl noch einmal "
        "auf.",
    )  # fmt: skip
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
