"""What lies in every backup beside the records: how to read them without this program."""
