"""Every shipped template runs: imported, filled in, live, and started by its own trigger."""
