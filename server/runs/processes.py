"""Which process of which machine a worker is, so that a restart knows its predecessor is dead."""

import os
import socket
from pathlib import Path
from uuid import UUID

import psutil

from storage.workers import WorkerProcess


def this_process(worker_id: UUID) -> WorkerProcess:
    """The worker of this very process."""
    process = psutil.Process()
    return WorkerProcess(worker_id, _machine(), process.pid, process.create_time())


def is_alive(worker: WorkerProcess) -> bool:
    """Whether the process of a worker on this machine is still there."""
    # A process id is used again: only the same start makes it the same process. psutil's start
    # times of one process differ by clock rounding.
    try:
        process = psutil.Process(worker.process_id)
        is_same = abs(process.create_time() - worker.process_started_at) < 1.0
        # One that was killed stays as a zombie until whoever started it looks at it.
        return is_same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _machine() -> str:
    """This machine and process namespace: where a process id means the same process."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    if not boot.exists():
        return socket.gethostname()
    return f"{boot.read_text().strip()}/{os.readlink('/proc/self/ns/pid')}"
