"""How soon a workflow of 400 steps is painted in the browser, and how smoothly a step is dragged.

Run `python -m benchmarks.canvas [steps]`; needs Chromium, whose path `CHROMIUM` may say.
"""

import json
import os
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

STEPS: Final = 400
ROUNDS: Final = 5
_BUILT: Final = Path(__file__).parents[1] / "ui/static/canvas"
_SIZE: Final = {"width": 1440, "height": 900}
_FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
#: Resolves with the milliseconds from the mount to the first frame in which a card stands.
_MOUNT: Final = """async (blueprint) => {
  document.body.innerHTML = '<div id="at" style="height: 100vh"></div>';
  document.body.style.margin = "0";
  const { mount } = await import("/canvas.js");
  const began = performance.now();
  mount(document.getElementById("at"), { blueprint, view: "canvas" });
  while (!document.querySelector(".gpc-card")) await new Promise(requestAnimationFrame);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - began;
}"""
_COUNT: Final = """() => {
  window.frames_ = [];
  const count = (at) => {
    window.frames_.push(at);
    window.counting = requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
}"""


def main(steps: int) -> None:
    """Measure both, and print one line."""
    with _served() as url, sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        rounds = [_round(browser, url, steps) for _ in range(ROUNDS)]
        browser.close()
    paints = [paint for paint, _ in rounds]
    rates = [rate for _, rate in rounds]
    result = {"first_paint_ms": round(median(paints)), "drag_frames_per_s": round(median(rates), 1)}
    print(json.dumps({"benchmark": "canvas", "steps": steps, **result}))


def _round(browser: Browser, url: str, steps: int) -> tuple[float, float]:
    page = browser.new_page(viewport=_SIZE)  # pyright: ignore[reportArgumentType]
    page.goto(f"{url}/NOTICES.txt")
    page.add_style_tag(url=f"{url}/canvas.css")
    paint = float(page.evaluate(_MOUNT, _blueprint(steps)))
    rate = _drag(page)
    page.close()
    return paint, rate


def _drag(page: Page) -> float:
    """Frames a second while a step is dragged about with all steps in view."""
    box = page.locator("[data-testid=node-step_210]").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 5, y + 5, steps=3)
    page.evaluate(_COUNT)
    for turn in range(6):
        page.mouse.move(x + (80 if turn % 2 else -80), y + 10 * turn, steps=20)
    times: list[float] = page.evaluate("() => (cancelAnimationFrame(window.counting), frames_)")
    page.mouse.up()
    return 1000 * (len(times) - 1) / (times[-1] - times[0])


def _blueprint(steps: int) -> dict[str, Any]:
    nodes = [_node("start", "trigger", 0, 0)]
    edges: list[dict[str, str]] = []
    for number in range(1, steps):
        row, column = divmod(number - 1, 20)
        name = f"step_{number}"
        source = "start" if column == 0 else f"step_{number - 1}"
        nodes.append(_node(name, "action", 330 * (column + 1), 140 * row))
        edges.append({"id": f"to_{name}", "source": source, "target": name})
    return {"schema": 1, "name": "Large", "nodes": nodes, "edges": edges, "settings": {}}


def _node(name: str, kind: str, x: int, y: int) -> dict[str, Any]:
    data: dict[str, Any] = {"service": "email", "task": "send", "params": {}}
    return {"id": name, "type": kind, "data": data, "position": {"x": x, "y": y}}


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what is printed here are figures."""


@contextmanager
def _served() -> Generator[str]:
    """The built files on a free port."""
    handler = partial(_Handler, directory=str(_BUILT))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else STEPS)
