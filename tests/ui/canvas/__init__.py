"""The workflow builder's canvas in a real browser, on a plain page."""
