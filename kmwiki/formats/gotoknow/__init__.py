"""GotoKnow pages saved as text: `parse` reads one into a frozen `Page`. Pure.

Facts of the format stand in `labels`, `footer` and `licences`; `cutting` divides the comments, which nothing separates
reliably. Line numbers count from 1 in the file as it came in, whatever was cleaned away.
"""

from kmwiki.formats.gotoknow.model import Found, Page, PageComment
from kmwiki.formats.gotoknow.moments import Moment
from kmwiki.formats.gotoknow.page import parse

__all__ = ["Found", "Moment", "Page", "PageComment", "parse"]
