"""Was hinter den Befehlen des ``Makefile`` steht."""
