"""Our protocol against an implementation that nobody here wrote."""
