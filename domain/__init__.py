"""Pure logic: events, runs, costs, charts, errors and the ports others implement.

May import nothing of ours and no framework, driver, HTTP client, clock, environment or
`async` library. What is here is decided by its arguments alone.
"""
