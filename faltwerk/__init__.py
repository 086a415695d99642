"""Faltwerk: Lücken, Prüfung und Ausgabe für die Übungen des Kurses."""

from faltwerk.tensors import print_tensors

__all__ = ["print_tensors"]
