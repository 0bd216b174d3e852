"""The process's standard streams, when somebody closed them: `serve >&-`, or a pipe that broke."""

import os
import sys


def open_missing() -> None:
    """Give closed streams to nobody.

    Else the next thing that is opened, a socket say, takes their numbers, and whoever prints to
    the standard output prints into it. Called before anything is opened.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is this one.
            os.open(os.devnull, os.O_RDWR)
    # Python has none for what was closed when it started.
    sys.stdin = sys.stdin or os.fdopen(0, "r", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)


def say(line: str) -> None:
    """A line for whoever started the process, if they still listen."""
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except OSError:
        # What is left in the stream would fail once more when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
