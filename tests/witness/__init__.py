"""The witness: its box, its server, and gates that show it their heads."""
