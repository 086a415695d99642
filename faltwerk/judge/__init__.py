"""Das Urteil: aus Beobachtungen wird für jede Lücke richtig, falsch, offen oder ungeprüft."""
