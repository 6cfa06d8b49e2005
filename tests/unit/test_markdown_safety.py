"""Hostile Markdown and plain text come out inert, whatever they try."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmwiki.text.markdown import render
from tests.make_texts import any_text

VECTORS = r"""
<script>alert(1)</script>
<SCRIPT SRC=//evil.example/x.js></SCRIPT>
<scr<script>ipt>alert(1)</script>
<img src=x onerror=alert(1)>
<img src="x" onerror="alert(1)"/>
<svg onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg><animate onbegin=alert(1) attributeName=x dur=1s>
<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<iframe src="javascript:alert(1)"></iframe>
<iframe srcdoc="<script>alert(1)</script>">
<object data="data:text/html,<script>alert(1)</script>"></object>
<embed src="javascript:alert(1)">
<body onload=alert(1)>
<video><source onerror="alert(1)"></video>
<audio src=x onerror=alert(1)>
<details open ontoggle=alert(1)>x</details>
<input autofocus onfocus=alert(1)>
<form action="javascript:alert(1)"><button>x</button></form>
<button formaction=javascript:alert(1)>x</button>
<a href="javascript:alert(1)">x</a>
<a href="java&#x0A;script:alert(1)">x</a>
<a href=" &#14; javascript:alert(1)">x</a>
<base href="https://evil.example/">
<link rel=stylesheet href="https://evil.example/x.css">
<meta http-equiv="refresh" content="0;url=https://evil.example">
<style>*{background:url(https://evil.example)}</style>
<p style="background:url(javascript:alert(1))">x</p>
<div style="position:fixed;inset:0">x</div>
<table background="https://evil.example/x.png"><tr><td>x
<template><script>alert(1)</script></template>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<textarea></textarea><script>alert(1)</script>
<title></title><script>alert(1)</script>
<!--><script>alert(1)</script>-->
<![CDATA[<script>alert(1)</script>]]>
<?php echo 1 ?><script>alert(1)</script>
[x](javascript:alert(1))
[x](JaVaScRiPt:alert(1))
[x](java	script:alert(1))
[x](javascript&colon;alert(1))
[x](&#106;avascript:alert(1))
[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74:alert(1))
[x](data:text/html,<script>alert(1)</script>)
[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)
[x](vbscript:msgbox(1))
[x](file:///etc/passwd)
[x](  javascript:alert(1))
[x](<javascript:alert(1)>)
[x](http://a.example" onmouseover="alert(1))
[x](http://a.example "t\" onmouseover=\"alert(1)")
[x](http://a.example 'x" onclick="alert(1)')
[x][1]\n\n[1]: javascript:alert(1)
[x][1]\n\n[1]: http://a.example "\"><script>alert(1)</script>"
![x](javascript:alert(1))
![x](data:image/svg+xml,<svg onload=alert(1)>)
![x](https://evil.example/pixel.png)
![x](//evil.example/pixel.png)
![x](/\evil.example/pixel.png)
![x](\\evil.example\pixel.png)
![x"onerror="alert(1)](x.png)
![x](x.png "a" onerror=alert(1))
![" onerror="alert(1)](/x.png)
<javascript:alert(1)>
<data:text/html,x>
<http://a.example/"onclick="alert(1)>
http://a.example/"onclick="alert(1)
http://a.example/<script>alert(1)</script>
http://a.example/'onmouseover='alert(1)
`<script>alert(1)</script>`
```html\n<script>alert(1)</script>\n```
```" onclick="alert(1)\nx\n```
~~~ {.x onclick=alert(1)}\nx\n~~~
# x {onclick=alert(1)}
# <img src=x onerror=alert(1)>
| <script>alert(1)</script> | x |\n|---|---|\n| <img src=x onerror=alert(1)> | x |
> <script>alert(1)</script>
- <script>alert(1)</script>
**<script>alert(1)</script>**
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;script&#62;alert(1)&#60;/script&#62;
\<script>alert(1)\</script>
<mark class="k" id="c1" data-codings="1">x</mark>
<p data-start="0" data-end="9" id="main" class="pre">x</p>
<span class="at" id="c1"></span>
"""

SAFE_TAGS = {
    *(
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "code",
        "hr",
        "br",
        "a",
        "img",
        "strong",
        "em",
    ),
    *("del", "table", "thead", "tbody", "tr", "th", "td"),
}
SAFE_ATTRIBUTES = {"href", "title", "rel", "src", "alt", "start", "class", "id", "data-start", "data-end"}


class _Inspector(HTMLParser):
    """Fails on any tag, attribute or address that could act."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        assert tag in SAFE_TAGS, tag
        for name, value in attrs:
            assert name in SAFE_ATTRIBUTES, (tag, name)
            if name == "href":
                scheme = (value or "").partition(":")[0].lower() if ":" in (value or "") else ""
                assert scheme in {"", "http", "https", "mailto", "tel"} or set(scheme) & set("/?#"), value
            if name == "src":
                assert not (value or "").startswith(("//", "/\\", "\\")), value
                assert ":" not in (value or ""), value
            if name == "id":
                assert (value or "")[1:].isdigit(), value

    def handle_comment(self, data: str) -> None:
        """No comment may stay."""
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        """No declaration may stay."""
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        """No instruction may stay."""
        raise AssertionError(data)


def inspect(html: str) -> None:
    inspector = _Inspector()
    inspector.feed(html)
    inspector.close()


VECTOR_LIST = [line.replace("\\n", "\n") for line in VECTORS.strip().splitlines()]


def test_the_corpus_is_not_small() -> None:
    assert len(set(VECTOR_LIST)) >= 60


@pytest.mark.parametrize("body", VECTOR_LIST)
@pytest.mark.parametrize("body_format", ["markdown", "plain"])
def test_hostile_text_is_inert(body: str, body_format: str) -> None:
    inspect(render(body, body_format).html)
    inspect(render(f"ก {body} ข\n\n- {body}\n", body_format).html)


def test_what_somebody_writes_cannot_pose_as_our_marks() -> None:
    html = render('<p data-start="7" id="c1">x</p>', "markdown").html
    assert html == '<p data-start="0" data-end="31">&lt;p data-start="7" id="c1"&gt;x&lt;/p&gt;</p>\n'


@given(
    st.lists(st.sampled_from(VECTOR_LIST) | any_text, max_size=5).map("".join), st.sampled_from(["markdown", "plain"])
)
@settings(max_examples=300, deadline=None)
def test_hostile_texts_run_together_are_inert_too(body: str, body_format: str) -> None:
    inspect(render(body, body_format).html)


BOMBS = {
    "short rows under a wide header": "|".join("h" * 700) + "\n" + "|".join("-" * 700) + "\nx" * 700,
    "the same in a quotation": "> " + "|".join("h" * 700) + "\n> " + "|".join("-" * 700) + "\n> x" * 700,
    "the same in a list": "- " + "|".join("h" * 700) + "\n  " + "|".join("-" * 700) + "\nx" * 700,
    "the same, ended by carriage returns": "|".join("h" * 700) + "\r" + "|".join("-" * 700) + "\rx" * 700,
    "many small tables": ("|".join("h" * 60) + "\n" + "|".join("-" * 60) + "\nx" * 60 + "\n\n") * 40,
    "one long address named often": "[a]: http://a.example/" + "x" * 20_000 + "\n\n" + "[a][] " * 4_000,
    "one long title named often": "[a]: /x '" + "x" * 20_000 + "'\n\n" + "[a] " * 4_000,
    "one long image named often": "[a]: /" + "x" * 20_000 + "\n\n" + "![a] " * 4_000,
    "pipes among backticks": "`a`|" * 20_000 + "\n" + "-|" * 20_000,
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS.keys())
def test_what_would_swell_is_shown_as_plain_text(body: str) -> None:
    rendered = render(body, "markdown")
    assert rendered.is_fallback
    assert len(rendered.html) < 100_000 + 40 * len(body)


def test_an_honest_table_is_no_bomb() -> None:
    body = "| ปี | กลุ่ม | คน | บาท |\n|---|---|---|---|\n" + "| 2551 | ออมวันละบาท | 51 | 365 |\n" * 1_500
    rendered = render(body, "markdown")
    assert not rendered.is_fallback
    assert rendered.html.count("<tr>") == 1_501
