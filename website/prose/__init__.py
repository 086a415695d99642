"""Der Text der Seiten: Formeln, Typografie, Bilder, Verweise, Angaben des Betreibers."""
