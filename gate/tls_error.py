"""What is said when TLS cannot be set up or served; known to every command, so it loads nothing."""


class TlsError(Exception):
    """TLS cannot be set up or served; the text says which key or file, why and what to do."""
