"""Every service's tasks against a local server that speaks its wire format."""
