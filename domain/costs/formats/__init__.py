"""Usage exports: recognising a file's format and reading it row by row in constant memory.

One module a source. May import nothing of ours but `domain`.
"""
