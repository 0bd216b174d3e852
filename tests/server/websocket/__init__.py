"""Tests of the WebSocket."""
