"""The pages: they read the records and never write, and no badge read ever waits for them."""
