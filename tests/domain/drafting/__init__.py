"""Tests of drafting without a model."""
