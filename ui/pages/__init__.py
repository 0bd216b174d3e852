"""One module a page. May import `domain` and the rest of `ui`."""
