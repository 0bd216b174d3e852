"""The audit fails for findings, and passes with a line when the advisories cannot be reached."""

import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import REPOSITORY

UNREACHABLE = "requests.exceptions.ConnectionError: HTTPSConnectionPool: Max retries exceeded"


def audit(folder: Path, bandit: str, pip_audit: str) -> subprocess.CompletedProcess[str]:
    """What the script comes to with programs that behave like this."""
    for name, script in (("bandit", bandit), ("pip-audit", pip_audit)):
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    script = REPOSITORY / "scripts" / "audit.sh"
    return subprocess.run(
        ["sh", script, folder], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("bandit", "pip_audit", "status", "said"),
    [
        ("exit 0", "echo 'No known vulnerabilities found'", 0, ""),
        ("exit 0", f"echo '{UNREACHABLE}'; exit 1", 0, "advisories cannot be reached"),
        ("exit 0", "echo 'x could not be audited: x (1)'", 0, "1 were not audited"),
        ("exit 0", "echo 'Found 1 known vulnerability in 1 package'; exit 1", 1, "Found 1 known"),
        ("exit 0", "echo 'invalid requirement'; exit 1", 1, "invalid requirement"),
        ("echo issue; exit 1", "exit 0", 1, ""),
    ],
)
def test_the_audit_judges(
    tmp_path: Path, bandit: str, pip_audit: str, status: int, said: str
) -> None:
    done = audit(tmp_path, bandit, pip_audit)
    assert done.returncode == status
    assert said in done.stderr
