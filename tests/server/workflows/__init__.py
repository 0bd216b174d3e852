"""The API of workflows over real services, with a small graph in the place of the engine."""
