"""Gate: badge in, current certification checked, answer on the reader, every decision recorded."""
