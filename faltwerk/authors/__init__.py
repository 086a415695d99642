"""Für alle, die Übungen schreiben: Rümpfe und Notebooks erzeugen, Übungen prüfen."""
