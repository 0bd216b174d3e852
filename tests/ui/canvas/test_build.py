"""The built files are what the source gives, small, and name no registry."""

import gzip
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import REPOSITORY

BUILT = REPOSITORY / "ui/static/canvas"
SOURCE = REPOSITORY / "ui/canvas"
NAMES = ("canvas.js", "canvas.css", "dagre.esm.js", "NOTICES.txt")
#: What a page loads before it paints: the tidy order is loaded when it is asked for.
FIRST = ("canvas.js", "canvas.css")
MOST_BYTES = 180_000
MOST_LINES = 300


def test_the_lock_file_names_no_registry() -> None:
    lines = (SOURCE / "package-lock.json").read_text("utf-8").splitlines()
    assert [line for line in lines if '"resolved"' in line or "registry" in line] == []


def test_the_bundle_is_small() -> None:
    packed = [gzip.compress((BUILT / name).read_bytes(), 9) for name in FIRST]
    assert sum(map(len, packed)) <= MOST_BYTES


def test_every_package_in_the_bundle_is_named_with_its_licence() -> None:
    notices = (BUILT / "NOTICES.txt").read_text("utf-8")
    for package in ("react ", "react-dom ", "@xyflow/react ", "@dagrejs/dagre ", "zustand "):
        assert f"\n{package}" in notices
    assert "undefined" not in notices


def test_the_source_is_in_short_files() -> None:
    files = [path for path in (SOURCE / "src").rglob("*") if path.suffix in (".js", ".jsx", ".css")]
    assert len(files) > 30
    long = {path.name for path in files if len(path.read_text("utf-8").splitlines()) > MOST_LINES}
    assert long == set()


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not here")
@pytest.mark.skipif(
    not (SOURCE / "node_modules").is_dir(), reason="run `make build-ui` once to fetch the packages"
)
def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run(
        ["node", "node_modules/vite/bin/vite.js", "build", "--outDir", str(tmp_path)],
        cwd=SOURCE,
        check=True,
        capture_output=True,
        env=dict(os.environ),
    )
    for name in NAMES:
        assert (tmp_path / name).read_bytes() == (BUILT / name).read_bytes(), name
