"""The bench: what the gate takes, measured against the floor of the machine it runs on, both in one run."""
