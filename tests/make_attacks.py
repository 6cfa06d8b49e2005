"""Hostile texts: what would run a script, break out of a field, be read as a template, a formula or a header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.test_markdown_safety import VECTOR_LIST

if TYPE_CHECKING:
    from collections.abc import Iterator

MORE = r"""
"><script>alert(1)</script>
'><script>alert(1)</script>
</title><script>alert(1)</script>
</textarea><script>alert(1)</script>
</script><script>alert(1)</script>
</style><script>alert(1)</script>
--><script>alert(1)</script>
" autofocus onfocus="alert(1)
' autofocus onfocus='alert(1)
" onmouseover=alert(1) x="
"><img src=x onerror=alert(1)>
'-alert(1)-'
\"-alert(1)//
`${alert(1)}`
{{7*7}}{{constructor.constructor('alert(1)')()}}
{% print(7*7) %}${7*7}#{7*7}<%= 7*7 %>
{{config}}{{request.application.__globals__}}
%(title)s %s {0} {0.__class__}
<iframe srcdoc="&lt;script&gt;parent.alert(1)&lt;/script&gt;"></iframe>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">
<svg><desc><svg><image onload=alert(1)></svg></desc></svg>
<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>#x">
<p style="width:expression(alert(1))">x</p>
<div style="background-image:url(&quot;javascript:alert(1)&quot;)">x</div>
<a href="&#1;javascript:alert(1)">x</a>
<a href="jav&Tab;ascript:alert(1)">x</a>
<a href="javascript&#x3A;alert(1)" target=_blank>x</a>
<a href=data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==>x</a>
<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+" onload=alert(1)>
<x onclick=alert(1) hx-get="/sign-out" hx-trigger="load">x</x>
<div hx-on:load="alert(1)" data-hx-on--load="alert(1)">x</div>
<button popovertarget=me autofocus onbeforetoggle=alert(1)>x</button>
[x]: javascript:alert(1) "x"
[^1]\n\n[^1]: <img src=x onerror=alert(1)>
# x {: onclick=alert(1) id=main}
[x](http://a.example){: onclick=alert(1)}
*[HTML]: <script>alert(1)</script>
＜script＞alert(1)＜/script＞
<ſcript>alert(1)</ſcript>
<scrİpt>alert(1)</scrİpt>
=1+1+cmd|' /C calc'!A0
@SUM(1+1)*cmd|' /C calc'!A0
+1+1
-1+1
"""
HIDDEN = [
    "\u202e<script>alert(1)</script>\u202c",
    "<b\u200b><script\u200b>alert(1)</script>",
    "\ufeff<script>alert(1)</script>",
    "<a href='java\u2028script:alert(1)'>x</a>",
    "\u2066<img src=x onerror=alert(1)>\u2069",
]
PAYLOADS = [*VECTOR_LIST, *(line.replace("\\n", "\n") for line in MORE.strip().splitlines()), *HIDDEN]


class Wheel:
    """Gives the payloads round and round, each cut or bent into what a field takes."""

    def __init__(self, start: int = 0) -> None:
        self._turn = self._turns(start)

    def _turns(self, at: int) -> Iterator[str]:
        while True:
            yield PAYLOADS[at % len(PAYLOADS)]
            at += 1

    def text(self, longest: int = 20_000) -> str:
        """Return the next payload that fits, with its lines."""
        return next(payload for payload in self._turn if len(payload) <= longest)

    def line(self, longest: int = 200) -> str:
        """Return the next payload that fits, on one line."""
        return " ".join(self.text(longest).split())
