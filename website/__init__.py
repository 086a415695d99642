"""Die Website: was Sphinx erweitert, bedient, ausliefert und druckt."""
