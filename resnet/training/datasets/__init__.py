"""Woher die Bilder kommen: ein Modul je Datensatz, dazu das Herunterladen."""
