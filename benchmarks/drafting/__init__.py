"""How many sentences become the workflow that they mean."""
