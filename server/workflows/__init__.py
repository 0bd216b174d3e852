"""User workflows as the service keeps, starts and watches them.

Imports everything below `server`. Running one is a run like any other.
"""
