"""The records: one database that history never leaves, only grows in."""
