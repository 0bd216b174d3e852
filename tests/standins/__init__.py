"""Stand-ins that tests run against: fake ports, and a model server that speaks the real protocol.

May import `domain` and `tools`; no test code lives here.
"""
