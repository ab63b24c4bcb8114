"""Gate: badge in, current certification checked, answer on the reader, every decision recorded."""

__version__ = "0.1.0"
