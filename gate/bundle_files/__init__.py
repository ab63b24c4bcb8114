"""What every evidence bundle carries besides its data: the verifier, as a file to be copied."""
