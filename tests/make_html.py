"""Builders of invented GotoKnow pages as a browser saves them, in the shapes that the layouts tell of."""

from __future__ import annotations

import struct
import zlib

TITLE = "เวทีออมทรัพย์บ้านสมมุติ"
LEAD = "ชาวบ้านคุยกันเรื่องออมวันละบาท"
BODY = """<p>&nbsp;&nbsp;วันนี้ (18 กพ. 51) ประชุมที่จังหวัดพัทลุง มา ๔๐ คน</p>
<p>มีเรื่อง <b>สำคัญ</b> ดู<a href="/posts/99">บันทึกก่อน</a></p>
<ul><li>ออมวันละบาท</li><li>ฌาปนกิจ<ul><li>รายเดือน</li></ul></li></ul>
<table border="1"><tr><th>กองทุน</th><th>คน</th></tr><tr><td>บ้านบน|ล่าง</td><td>๑๒</td></tr></table>
<blockquote>ทำแล้วต้องได้ใจ</blockquote>
<p><img src="page_files/stage.png" alt="เวทีเช้า"></p>"""
COMMENTS = (
    ("สมหญิง ใจงาม", "20 กุมภาพันธ์ 2008 09:30 น.", "<p>สวัสดีค่ะ</p><p>ชอบเรื่อง<b>ออม</b>ค่ะ</p>"),
    ("ครูนก", "21 กุมภาพันธ์ 2008 10:00 น.", "<p>ขอบคุณครับ<br>จะลองทำดู</p>"),
)
META = (
    "หมายเลขบันทึก: 900221เขียนเมื่อ 19 กุมภาพันธ์ 2008 19:36 น. ()แก้ไขเมื่อ 6 กันยายน 2013 20:27 น. ()"
    "สัญญาอนุญาต: ครีเอทีฟ"
    "คอมมอนส์แบบ "
    "แสดงที่มา-ไม่ใช้เพื่อ"
    "การค้า-อนุญาตแบบเดียวกัน"
    "จำนวนที่อ่านจำนวนที่อ่าน: 12"
)


def posts_page(
    *, body: str = BODY, comments: tuple[tuple[str, str, str], ...] = COMMENTS, head: str = "", meta: str = META
) -> str:
    """A page of gotoknow.org/posts/."""
    said = "".join(
        f'<div class="comment" id="comment-{number}"><div class="comment-author"><a href="/u/{number}">{name}</a></div>'
        f'<div class="comment-time">{time}</div><div class="comment-body">{text}</div></div>'
        for number, (name, time, text) in enumerate(comments, 1)
    )
    return f"""<!DOCTYPE html>
<!-- saved from url=(0041)https://www.gotoknow.org/posts/900221 -->
<html lang="th"><head><meta charset="utf-8"><title>{TITLE} - GotoKnow</title>{head}
<link rel="canonical" href="https://www.gotoknow.org/posts/900221"><meta property="og:site_name" content="GotoKnow">
<script>var x = "หมายเลขบันทึก: 1";</script><style>.a {{ color: red }}</style></head>
<body><nav><a href="/">GotoKnow</a> <a href="/login">เข้าสู่ระบบ</a></nav>
<div class="post"><div class="post-title"><h1>{TITLE}</h1></div>
<div class="post-author"><a class="name" href="/u/1">สมชาย เก็บเรื่อง</a></div>
<p class="lead">{LEAD}</p><div class="post-body">{body}</div>
<div class="post-tags">คำสำคัญ: <a href="/t/1">สวัสดิการ</a> <a href="/t/2">พัทลุง</a></div>
<div class="post-meta">{meta}</div></div>
<section id="comments"><h3>ความเห็น ({len(comments)})</h3>{said}
<form action="/posts/900221/comments"><textarea>พิมพ์ที่นี่</textarea></form></section>
<footer>พบปัญหาการใช้งานกรุณาแจ้ง</footer></body></html>"""


def classic_page() -> str:
    """A page of gotoknow.org/blog/<name>/<number>: tables arrange it, breaks part its paragraphs, old times."""
    said = "".join(
        f'<li class="comment" id="comment_{number}"><span class="comment_author">{name}</span> '
        f'<span class="comment_date">{time}</span><div class="comment_body">{text}</div></li>'
        for number, (name, time, text) in enumerate(COMMENTS, 1)
    )
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=tis-620">
<title>GotoKnow.org : {TITLE}</title><link rel="alternate" href="http://gotoknow.org/blog/samakkee/rss"></head>
<body><!-- saved from url=(0042)http://gotoknow.org/blog/samakkee/900221xx -->
<table width="100%"><tr><td id="menu"><a href="/">หน้าแรก</a></td><td><div id="post"><h2>{TITLE}</h2>
<div class="post_body"><font face="Tahoma">ย่อหน้าแรก<br><br>ย่อหน้าสอง<br>บรรทัดต่อ</font><o:p></o:p></div>
<div class="post_info">หมายเลขบันทึก: 900221 เขียนเมื่อ 19 กุมภาพันธ์ 2008 19:36 น.</div></div>
<div id="comments"><h3>ความเห็น (2)</h3><ul>{said}</ul></div></td></tr></table></body></html>"""


def unknown_page() -> str:
    """A page of the site with names of elements that no layout has: only the words tell its parts."""
    said = "".join(f"<div class='x9'><b>{name}</b> {time}<div>{text}</div></div>" for name, time, text in COMMENTS)
    return f"""<html><head><title>{TITLE} | GotoKnow</title></head><body><div class="m">เมนู</div>
<div class="q1"><h1>{TITLE}</h1><div class="q2"><p>ย่อหน้าแรก</p><p>ย่อหน้า<b>สอง</b></p></div>
<div class="q3"><span>หมายเลขบันทึก: 900221</span><span>เขียนเมื่อ 19 กุมภาพันธ์ 2008 19:36 น.</span></div>
<div class="q4">ความเห็น (2)</div>{said}</div><div>พบปัญหาการใช้งานกรุณาแจ้ง</div></body></html>"""


def png(width: int = 3, height: int = 2, shade: int = 200) -> bytes:
    """A small image."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([shade]) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
