"""Faults of the fault matrix, each shown to be caught by a deliberately wrong variant of the program."""
