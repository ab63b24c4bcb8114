"""The rules: plain functions of plain values, with no I/O, clock, log or configuration."""
