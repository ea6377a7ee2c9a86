"""The page judged by axe-core in a real browser: contrast, names, order of headings, landmarks, by day and by night."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from sendmode_sync.render.webpage_style import POLICY
from tests.golden.golden_samples import EMPTY, LIMITED, PLAN
from tests.render.browser import IN_A_BROWSER, browse, page

pytestmark = IN_A_BROWSER

AXE = resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
ASK = """
addEventListener("load", async () => {
  for (const each of document.querySelectorAll("details")) each.open = true;
  const found = await axe.run(document, {preload: false});
  const short = ({id, nodes}) => ({id, nodes: nodes.map(node => node.html)});
  const told = document.createElement("pre");
  told.id = "told";
  told.textContent = JSON.stringify({violations: found.violations.map(short), passes: found.passes.map(({id}) => id)});
  document.body.append(told);
});
"""


def judged(tmp_path: Path, written: str, width: int, scheme: int) -> dict[str, Any]:
    """Return what axe finds; the page's policy is opened for this one script by its hash, and for nothing else."""
    script = AXE + ASK
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = html.escape(POLICY)
    assert policy in written
    opened = written.replace(policy, html.escape(f"{POLICY}; script-src 'sha256-{digest}'"))
    seen = browse(
        tmp_path,
        opened.replace("</head>", f"<script>{script}</script></head>", 1),
        "--dump-dom",
        "--virtual-time-budget=20000",
        f"--window-size={width},2400",
        f"--blink-settings=preferredColorScheme={scheme}",
    )
    (told,) = re.findall(r'<pre id="told">(.*?)</pre>', seen.page, re.DOTALL)
    answer: dict[str, Any] = json.loads(html.unescape(told))
    return answer


@pytest.mark.parametrize("scheme", [1, 0], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(tmp_path: Path, width: int, scheme: int) -> None:
    found = judged(tmp_path, page(PLAN, all_items=True), width, scheme)
    assert found["violations"] == []
    assert {"color-contrast", "heading-order", "document-title", "html-has-lang", "region"} <= set(found["passes"])


@pytest.mark.parametrize("plan", [EMPTY, LIMITED], ids=["nothing to do", "past a limit"])
def test_axe_finds_nothing_on_other_plans(tmp_path: Path, plan: Any) -> None:
    assert judged(tmp_path, page(plan), 1280, 1)["violations"] == []


def test_axe_would_find_something(tmp_path: Path) -> None:
    spoiled = page(PLAN).replace(' lang="en"', "", 1).replace("</main>", "<img><h6>deep</h6></main>", 1)
    found = {each["id"] for each in judged(tmp_path, spoiled, 1280, 1)["violations"]}
    assert {"html-has-lang", "image-alt"} <= found
