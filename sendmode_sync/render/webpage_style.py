"""How the page looks, as data: two palettes by role and one sheet that knows no colour of its own."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from types import MappingProxyType

LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "page": "#f4f6f8",
        "card": "#ffffff",
        "ink": "#1a1f26",
        "soft": "#505a66",
        "line": "#d3d9e0",
        "track": "#e4e8ed",
        "send": "#0a58a6",
        "send-tint": "#e3effb",
        "hold": "#a3132b",
        "hold-tint": "#fdebec",
        "warn": "#7a4a00",
        "warn-tint": "#fff2d4",
        "done": "#14652d",
        "done-tint": "#e0f5e6",
        "unsure": "#6532b0",
        "unsure-tint": "#f1eafc",
        "night": "#66717f",
        "bubble": "#e7ebf0",
        "field": "#d5e6f9",
    }
)
"""Roles and colours in a bright place, and on paper."""

DARK: Mapping[str, str] = MappingProxyType(
    {
        "page": "#0e1319",
        "card": "#171d25",
        "ink": "#e8edf3",
        "soft": "#a8b3c0",
        "line": "#323c48",
        "track": "#28313c",
        "send": "#7ab8fb",
        "send-tint": "#12304e",
        "hold": "#ff9c97",
        "hold-tint": "#451a1f",
        "warn": "#f2c873",
        "warn-tint": "#3a2c0d",
        "done": "#7fe0a0",
        "done-tint": "#11361f",
        "unsure": "#d0b4ff",
        "unsure-tint": "#2f2251",
        "night": "#8796a9",
        "bubble": "#2a333f",
        "field": "#1d446b",
    }
)
"""The same roles in the dark."""

READ_ON: tuple[tuple[str, str], ...] = (
    ("ink", "page"),
    ("ink", "card"),
    ("soft", "page"),
    ("soft", "card"),
    ("ink", "bubble"),
    ("ink", "field"),
    ("soft", "field"),
    ("ink", "hold-tint"),
    ("ink", "unsure-tint"),
    ("ink", "warn-tint"),
    ("ink", "track"),
    ("send", "page"),
    ("send", "card"),
    ("send", "send-tint"),
    ("hold", "card"),
    ("hold", "hold-tint"),
    ("warn", "warn-tint"),
    ("done", "done-tint"),
    ("unsure", "unsure-tint"),
    ("unsure", "card"),
)
"""Every pair of text and what it stands on in the sheet."""

SEEN_ON: tuple[tuple[str, str], ...] = (
    ("send", "track"),
    ("hold", "track"),
    ("unsure", "track"),
    ("done", "track"),
    ("warn", "track"),
    ("night", "track"),
    ("ink", "track"),
)
"""Every pair of a drawn shape and what it stands on."""

_SHEET = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;overflow-wrap:break-word}
.wide{max-width:68rem;margin:0 auto;padding:0 1rem}
h1{font-size:clamp(1.5rem,1.1rem + 2vw,2.25rem);line-height:1.2;margin:.25rem 0 .5rem;text-wrap:balance}
h2{font-size:1.25rem;line-height:1.3;margin:2.5rem 0 .75rem}
h3{font-size:1.125rem;line-height:1.3;margin:0;font-weight:650}
p{margin:.5rem 0}
ul,ol,dl,dd,figure{margin:0;padding:0}
ul,ol{list-style:none}
a{color:var(--send)}
code{font:0.9375em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
:focus-visible{outline:3px solid var(--send);outline-offset:2px;border-radius:4px}
.whole{white-space:nowrap}
.soft{color:var(--soft)}
.small{font-size:.875rem}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}

.top{padding-top:2rem}
.kind{color:var(--soft);font-size:.875rem;margin:0}
.lead{font-size:1.0625rem;max-width:62ch}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1.25rem 0 0}
.figure{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.75rem 1rem}
.figure dt{color:var(--soft);font-size:.875rem}
.figure dd{font-size:.875rem;color:var(--soft)}
.figure .big{color:var(--ink);font-size:1.625rem;line-height:1.25;font-weight:650;font-variant-numeric:tabular-nums}
.figure.hold .big{color:var(--hold)}
.contents{margin:1.25rem 0 0}
.contents ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
.contents a{display:inline-block;padding:.25rem 0}

.badge{display:inline-block;border-radius:999px;padding:.0625rem .625rem;font-size:.8125rem;font-weight:600;white-space:nowrap;color:var(--ink);background:var(--track)}
.badge.due,.badge.partial{color:var(--send);background:var(--send-tint)}
.badge.blocked,.badge.error{color:var(--hold);background:var(--hold-tint)}
.badge.unknown{color:var(--unsure);background:var(--unsure-tint)}
.badge.waiting,.badge.warning{color:var(--warn);background:var(--warn-tint)}
.badge.sent{color:var(--done);background:var(--done-tint)}

.troubles li.trouble{background:var(--hold-tint);border-left:6px solid var(--hold);border-radius:8px;padding:.75rem 1rem;margin:0 0 .75rem}
.troubles li.unknown{background:var(--unsure-tint);border-color:var(--unsure)}
.trouble p{margin:0}
.trouble dl{margin:.375rem 0 0}
.said{font-weight:600}
.command{display:inline-block;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.125rem .5rem;user-select:all}

.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.375rem .875rem}
.facts dt{color:var(--soft)}
.facts dd{min-width:0}

.times li{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.75rem 1rem;margin:0 0 .75rem;display:grid;grid-template-columns:minmax(0,1fr);gap:.25rem 1.5rem}
.times li>*{grid-column:1}
.times .who{display:flex;flex-wrap:wrap;gap:.25rem .5rem;align-items:baseline}
.times .who a{font-weight:600}
.strip{display:block;width:100%;height:1.25rem;border-radius:4px}
.hours{display:flex;justify-content:space-between;font-size:.75rem;color:var(--soft);font-variant-numeric:tabular-nums}
.track{fill:var(--track)}
.night{fill:var(--night)}
.kept,.window{fill:var(--send)}
.window.held{fill:var(--hold)}
.lost{fill:var(--warn)}
.done{fill:var(--done)}
.failed{fill:var(--hold)}
.unsure{fill:var(--unsure)}
.now{fill:var(--ink)}
.key{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;font-size:.875rem;color:var(--soft);margin:0 0 .75rem}
.key svg{width:1.5rem;height:.75rem;border-radius:3px;margin-right:.375rem}

.card{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:1rem;margin:0 0 1rem;display:grid;grid-template-columns:minmax(0,1fr);gap:1rem 2rem;scroll-margin-top:1rem}
.card header{display:flex;flex-wrap:wrap;gap:.25rem .625rem;align-items:baseline;min-width:0}
.phone{border:2px solid var(--line);border-radius:22px;padding:.75rem;width:100%;max-width:22rem;justify-self:center;align-self:start}
.sender{text-align:center;font-weight:600;margin:0;padding:0 0 .625rem;border-bottom:1px solid var(--line)}
.bubble{background:var(--bubble);border-radius:16px 16px 16px 4px;padding:.625rem .875rem;margin:.75rem 1.5rem .25rem 0;white-space:pre-wrap}
.field{background:var(--field);color:var(--ink);border-radius:5px;padding:.0625rem .3125rem;box-decoration-break:clone;-webkit-box-decoration-break:clone}
.else{color:var(--soft)}
.odd{background:var(--warn-tint);color:var(--warn);border-radius:4px;padding:0 .1875rem;font-weight:700;text-decoration:underline wavy}
.cut{display:flex;align-items:center;gap:.5rem;margin:.375rem 0;font-size:.75rem;color:var(--ink);white-space:nowrap}
.cut::before,.cut::after{content:"";flex:1;border-top:2px dashed var(--soft)}
figcaption{font-size:.875rem;color:var(--soft);padding:.5rem .25rem 0}
.caution{background:var(--warn-tint);border-left:6px solid var(--warn);border-radius:8px;padding:.5rem .75rem;margin:.75rem 0 0}
.more{margin:.75rem 0 0}

table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;margin:.75rem 0 0}
caption{text-align:left;color:var(--soft);font-size:.875rem;padding:0 0 .25rem}
tbody th,td,code,a,h3,dd,strong{overflow-wrap:anywhere}
tbody th{min-width:4.5rem}
th,td{text-align:left;font-weight:400;padding:.25rem .5rem .25rem 0;border-top:1px solid var(--line);vertical-align:top}
thead th{white-space:nowrap;color:var(--soft);font-size:.875rem;border-top:0}
.number{text-align:right;white-space:nowrap;overflow-wrap:normal}
.draw{width:40%;padding-right:0;vertical-align:middle}
.bar{display:block;width:100%;height:.75rem;border-radius:3px}
.sum th,.sum td{font-weight:650}

details{border-top:1px solid var(--line);margin:.75rem 0 0}
.panel{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.25rem 1rem .5rem}
.panel table{max-width:32rem}
.panel details:first-child{border-top:0;margin-top:0}
summary{cursor:pointer;padding:.5rem .25rem;font-weight:600;border-radius:4px}
summary:hover{color:var(--send)}
.list li{padding:.25rem 0 .25rem .25rem;border-top:1px solid var(--line)}
.list li:first-child{border-top:0}
.columns{columns:13rem}
.notices li{padding:.5rem 0;border-top:1px solid var(--line)}
.notices li:first-child{border-top:0}

.end{margin:3rem 0 0;border-top:1px solid var(--line);padding:1rem 0 3rem}

@media (max-width:30rem){
.trouble .facts{grid-template-columns:1fr;gap:.125rem}
.trouble .facts dd{margin-bottom:.375rem}
}
@media (min-width:48rem){
.card{grid-template-columns:minmax(18rem,22rem) minmax(0,1fr);padding:1.25rem}
.card header{grid-column:1/-1}
.times li{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}
.times .drawn{grid-column:2;grid-row:1/span 3}
.number{padding-right:1rem}
}
@media (forced-colors:active){
.strip,.bar,.key svg{forced-color-adjust:none}
.badge,.field,.odd,.bubble{border:1px solid}
}
@media print{
body{font-size:10pt;background:#fff}
.wide{max-width:none;padding:0}
.contents{display:none}
.card,.times li,.trouble,.figure,tr,figure{break-inside:avoid}
h2,h3,summary{break-after:avoid}
.strip,.bar,.badge,.field,.odd,.bubble,.trouble,.caution,.key svg{-webkit-print-color-adjust:exact;print-color-adjust:exact}
details::details-content{content-visibility:visible;block-size:auto}
.card{grid-template-columns:minmax(0,2fr) minmax(0,3fr);padding:.5rem .75rem;gap:.5rem 1rem}
.card header{grid-column:1/-1}
.times li{grid-template-columns:minmax(0,1fr) minmax(0,1fr);padding:.375rem .75rem}
.times .drawn{grid-column:2;grid-row:1/span 3}
.figures{grid-template-columns:repeat(3,minmax(0,1fr))}
h2{margin:1rem 0 .5rem}
}
"""


def _roles(palette: Mapping[str, str]) -> str:
    return ":root{" + ";".join(f"--{role}:{colour}" for role, colour in palette.items()) + "}"


STYLE = (
    f"\n:root{{color-scheme:light dark}}\n{_roles(LIGHT)}\n"
    f"@media screen and (prefers-color-scheme:dark){{{_roles(DARK)}}}{_SHEET}"
)
"""The whole sheet."""

POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
"""The page's Content-Security-Policy: this one sheet, and nothing else that could load, run or post."""
