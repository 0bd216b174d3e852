"""The schema as ordered SQL files, one change each, never edited after release."""
