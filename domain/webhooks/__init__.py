"""What providers send when something happens there: whose it is, and what it says.

Pure: the raw request comes in, a verdict and a trigger's data come out. Imports nothing of ours but
`domain`.
"""
