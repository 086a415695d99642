"""Übung »Faltung«: Faltungen und Schichten eines Faltungsnetzes in NumPy."""
