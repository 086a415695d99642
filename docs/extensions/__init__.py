"""Die Erweiterungen der Seite für Sphinx, eine Aufgabe je Modul."""
