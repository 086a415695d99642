"""Messungen, jede in einem Modul mit einer Funktion ``run``, die ihre Tabelle zurückgibt."""
