"""The validation catalogue, a file per kind of problem; `domain.blueprints.validation` runs it."""
