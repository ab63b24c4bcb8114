"""Readers at the equipment: what happens there becomes work for the gate, its answers become light, tone and relay."""
