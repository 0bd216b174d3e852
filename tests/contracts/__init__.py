"""One test body over a fake and the real thing, so that fakes cannot drift."""
