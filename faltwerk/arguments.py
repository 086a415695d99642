"""Befehlszeilen auf Deutsch: Hilfe und Meldungen von ``argparse``."""

from __future__ import annotations

import argparse
import sys
from typing import Any


class _Formatter(argparse.HelpFormatter):
    """Die Hilfe auf Deutsch."""

    def add_usage(self, usage, actions, groups, prefix=None) -> None:
        super().add_usage(usage, actions, groups, "Aufruf: " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """Spricht Deutsch, in der Hilfe und bei falschen Aufrufen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Formatter, **options)
        self._positionals.title = "Angaben"
        self._optionals.title = "Optionen"
        self.add_argument("-h", "--help", action="help", help="diese Hilfe zeigen")

    def error(self, message: str) -> None:
        """Ein Satz statt der englischen Meldung; Rückgabewert 2."""
        given = " ".join(sys.argv[1:])
        print(
            f"Der Aufruf »{given}« stimmt nicht; »{self.prog} --help« zeigt, was möglich ist.",
            file=sys.stderr,
        )
        sys.exit(2)
