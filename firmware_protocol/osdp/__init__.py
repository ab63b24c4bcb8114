"""OSDP, both roles: `host` polls the readers of a line, `reader` is one of them; neither does I/O nor asks the time."""
