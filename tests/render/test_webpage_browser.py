"""The page in a real browser: what it reads, what it draws at the width of a phone and of a desk, what it refuses."""

from __future__ import annotations

import dataclasses
import html
import re
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sendmode_sync.model.plan import Plan
from tests.golden.golden_samples import CAMPAIGNS, PLAN, SENDS
from tests.render.browser import IN_A_BROWSER, browse, page

pytestmark = IN_A_BROWSER

LONG = "Donaudampfschifffahrtsgesellschaftskapitaenswitwenrentenantragsformular"
WIDE = dataclasses.replace(
    PLAN,
    campaigns=(
        dataclasses.replace(CAMPAIGNS[0], template=f"{LONG} {'€' * 200} https://example.ie/{'x' * 90}"),
        *(dataclasses.replace(each, name=f"{each.name}-{LONG}"[:64], place="x" * 90) for each in CAMPAIGNS[1:]),
    ),
    sends=(*SENDS[:3], SENDS[3]._replace(campaign=f"newyear-handover-{LONG}"[:64], customerid="c" * 60)),
    imports=tuple(change._replace(group="g" * 100) for change in PLAN.imports),
    notices=tuple(dataclasses.replace(each, message=f"{each.message} {'y' * 90}") for each in PLAN.notices),
)
"""The made-up plan with long words wherever words can be long."""


def size_of(picture: Path) -> tuple[int, int]:
    """Return width and height of a PNG, from its header."""
    content = picture.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert content[12:16] == b"IHDR"
    width, height = struct.unpack(">II", content[16:24])
    return width, height


@pytest.mark.parametrize("show", [False, True], ids=["hidden", "shown"])
def test_the_browser_reads_what_was_written(tmp_path: Path, show: bool, read: Callable[[str], list[Any]]) -> None:
    written = page(PLAN, show=show, all_items=True)
    seen = browse(tmp_path, written, "--dump-dom")
    assert "CONSOLE" not in seen.log
    assert [node for node in read(seen.page) if node.name != "\n"] == [
        node for node in read(written) if node.name != "\n"
    ]


@pytest.mark.parametrize("width", [360, 1280])
def test_it_is_drawn_by_day_and_by_night(tmp_path: Path, width: int) -> None:
    pictures = []
    for name, scheme in (("light", 1), ("dark", 0)):
        picture = tmp_path / f"{name}.png"
        seen = browse(
            tmp_path,
            page(PLAN),
            f"--screenshot={picture}",
            f"--window-size={width},2400",
            "--hide-scrollbars",
            f"--blink-settings=preferredColorScheme={scheme}",
        )
        assert "CONSOLE" not in seen.log
        assert size_of(picture) == (width, 2400)
        assert picture.stat().st_size > 50_000  # an empty page takes less than a tenth
        pictures.append(picture.read_bytes())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("plan", [PLAN, WIDE], ids=["ordinary", "long words"])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_is_wider_than_the_screen(tmp_path: Path, plan: Plan, width: int) -> None:
    inner = page(plan, all_items=True).replace("<details>", '<details open="">')
    frame = f"""<!DOCTYPE html><iframe id="f" width="{width}" height="800" frameborder="0" srcdoc="{html.escape(inner)}"></iframe>
<pre id="out"></pre><script>onload = () => {{
  const right = f.contentDocument.documentElement.clientWidth;
  const wide = [...f.contentDocument.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > right + .5);
  out.textContent = f.contentDocument.title + ": " + wide.map(e => e.tagName + "." + e.className).join(" ");
}}</script>"""
    seen = browse(tmp_path, frame, "--dump-dom", "--virtual-time-budget=10000")
    (found,) = re.findall(r'<pre id="out">(.*?)</pre>', seen.page)
    assert found == "16 people would get a text, for 20 credits - sendmode-sync plan: "


def test_the_policy_stops_scripts_styles_and_pictures(tmp_path: Path) -> None:
    alien = '<script>document.title = "taken"</script><img src="x.png" onerror="document.title=\'taken\'"><p style="color:red">'
    seen = browse(tmp_path, page(PLAN).replace("<main", f"{alien}<main"), "--dump-dom")
    assert "<title>16 people would get a text" in seen.page
    assert seen.log.count("violates the following Content Security Policy directive") >= 3


@pytest.mark.parametrize(("fragment", "opened"), [("#words", True), ("", False)])
def test_a_link_to_the_words_unfolds_them(tmp_path: Path, fragment: str, opened: bool) -> None:
    assert 'href="#words"' in page(PLAN)
    seen = browse(tmp_path, page(PLAN), "--dump-dom", fragment=fragment)
    assert ('<details open=""><summary>Words on this page' in seen.page) is opened


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """Serve pictures on this machine; give the address, and the paths that were asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("kept", [True, False], ids=["policy", "no policy"])
def test_no_request_leaves_even_where_markup_asks_for_one(
    tmp_path: Path, asked: tuple[str, list[str]], kept: bool
) -> None:
    address, paths = asked
    alien = f'<img src="{address}/x.png"><link rel="stylesheet" href="{address}/x.css"><iframe src="{address}/x.html"></iframe>'
    written = page(PLAN).replace("<main", f"{alien}<main", 1)
    browse(tmp_path, written if kept else written.replace("Content-Security-Policy", "x-none", 1), "--dump-dom")
    assert sorted(paths) == ([] if kept else ["/x.css", "/x.html", "/x.png"])
