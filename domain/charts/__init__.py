"""Charts as inline SVG: pure functions from data to text, for light, dark and a phone.

May import nothing of ours but `domain`.
"""
