"""Faltwerk: Lücken, Prüfung und Ausgabe für die Übungen des Kurses."""

from faltwerk.notebook import interactive_check
from faltwerk.tensors import print_tensors

__all__ = ["interactive_check", "print_tensors"]
