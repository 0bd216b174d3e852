"""Webhooks: signatures against the providers' own libraries, and what bodies say."""
