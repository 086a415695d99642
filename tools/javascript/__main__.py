"""Die Skripte der Website prüfen: ``python -m tools.javascript [--fix | --lock]``."""

from __future__ import annotations

import sys

from faltwerk.arguments import Parser
from tools.javascript import InstallError, check, install, renew_lock


def main() -> int:
    """Prüft die Skripte; 1, wenn etwas nicht stimmt oder die Werkzeuge fehlen."""
    parser = Parser(prog="python -m tools.javascript", description="Skripte der Website prüfen")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--fix", action="store_true", help="Stil und Formatierung berichtigen")
    choice.add_argument("--lock", action="store_true", help="package-lock.json erneuern")
    options = parser.parse_args()
    try:
        if options.lock:
            renew_lock()
            return 0
        install()
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if check(fix=options.fix) else 1


if __name__ == "__main__":
    sys.exit(main())
