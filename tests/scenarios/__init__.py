"""Acceptance scenarios: from the bytes on a reader's line to the bytes that come back and the entry that stays."""
