"""The wire between readers and gate: bytes to events and commands to bytes, for both ends of a line."""
