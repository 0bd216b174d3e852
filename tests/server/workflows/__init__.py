"""Tests of `server/workflows`."""
