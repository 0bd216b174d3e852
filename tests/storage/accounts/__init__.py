"""Tests of storage/accounts."""
