"""Befehlszeilen auf Deutsch: Hilfe und Meldungen von ``argparse``."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

Command = Callable[[argparse.Namespace], int]

# Was argparse auf Englisch sagt, und was es heißt.
_MESSAGES = (
    (r"the following arguments are required: (.*)", r"Es fehlt: \1"),
    (r"one of the arguments (.*) is required", r"Eine dieser Angaben fehlt: \1"),
    (r"argument (\S+): expected .*argument.*", r"\1 braucht eine Angabe"),
    (r"argument (\S+): not allowed with argument (\S+)", r"\1 und \2 schließen einander aus"),
    (r"argument (\S+): ignored explicit argument .*", r"\1 nimmt keine Angabe an"),
    (r"argument (\S+): invalid int value: '(.*)'", r"\1: »\2« ist keine ganze Zahl"),
    (r"argument (\S+): invalid float value: '(.*)'", r"\1: »\2« ist keine Zahl"),
    (
        r"argument (\S+): invalid choice: ['\"](.*)['\"] \(choose from (.*)\)",
        r"\1: »\2« gibt es nicht, nur \3",
    ),
    (r"ambiguous option: (\S+) could match (.*)", r"»\1« ist zu kurz, es kann \2 heißen"),
    (r"unrecognized arguments: (.*)", r"»\1« ist hier nicht erlaubt"),
    # Was die Prüfung einer Angabe selbst sagt, ist schon deutsch.
    (r"argument (\S+): (.*)\.", r"\1: \2"),
)


class CallError(ValueError):
    """Richtig geschrieben, aber nicht auszuführen; der Text sagt in einem Satz, warum nicht."""


class _Formatter(argparse.HelpFormatter):
    """Die Hilfe auf Deutsch."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "Aufruf: " if prefix is None else prefix)


class _UnwrappedFormatter(_Formatter, argparse.RawDescriptionHelpFormatter):
    """Lässt die Zeilen der Beschreibung, wie sie sind."""


class Parser(argparse.ArgumentParser):
    """Spricht Deutsch, in der Hilfe und bei falschen Aufrufen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, **{"formatter_class": _Formatter} | options)
        self._positionals.title = "Angaben"
        self._optionals.title = "Optionen"
        self.add_argument("-h", "--help", action="help", help="diese Hilfe zeigen")

    def error(self, message: str) -> NoReturn:
        """Sagt in einem Satz, welche Angabe nicht stimmt; Rückgabewert 2."""
        print(f"{_german(message)}; »{self.prog} --help« zeigt, was möglich ist.", file=sys.stderr)
        sys.exit(2)


class CommandLine(Parser):
    """Eine Befehlszeile mit mehreren Befehlen; die Hilfe zeigt sie nach Gruppen getrennt."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(prog=prog, formatter_class=_UnwrappedFormatter)
        self._lines = [description]
        self._commands = self.add_subparsers(
            metavar="BEFEHL", parser_class=Parser, help=f"»{prog} BEFEHL --help« erklärt ihn"
        )
        self.set_defaults(run=None)

    def add_group(self, title: str) -> None:
        """Beginnt eine Gruppe: Alle Befehle, die danach kommen, stehen unter diesem Titel."""
        self._lines += ["", f"{title}:"]

    def add_command(self, name: str, run: Command, text: str) -> Parser:
        """Meldet einen Befehl an.

        Args:
            name: Wie er heißt.
            run: Was er tut; zurück kommt der Rückgabewert des Programms.
            text: Was er tut, in Worten.

        Returns:
            Der Parser für seine Angaben und Optionen.
        """
        self._lines.append(f"  {name:<8} {text}")
        verb = self._commands.add_parser(name, description=f"{text[0].upper()}{text[1:]}.")
        verb.set_defaults(run=run)
        return verb

    def format_help(self) -> str:
        self.description = "\n".join(self._lines)
        return super().format_help()

    def run(self, options: argparse.Namespace) -> int:
        """Führt den gewählten Befehl aus; ohne Befehl zeigt sich, welche es gibt."""
        if options.run is None:
            self.print_help()
            return 0
        run: Command = options.run
        return run(options)


def _german(message: str) -> str:
    # Bis Python 3.11 stehen die Wahlmöglichkeiten in Anführungszeichen, danach nicht mehr.
    head, choose, choices = message.partition(" (choose from ")
    message = head + choose + choices.replace("'", "")
    for pattern, german in _MESSAGES:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            return match.expand(german)
    return "Der Aufruf stimmt nicht"
