"""The pure domain of user workflows."""
