"""GotoKnow pages as a browser saves them: `read_page` reads one into the same `Page` as its text. Pure.

Where each part stands on the page is told by CSS selectors, as data (`selectors.toml`; an instance adds its own).
`layouts` reads those, `page` picks the layout that fits, `facts` reads what the page says of itself to machines,
`remarks` its comments, and `wording` finds the parts by the site's own words where no selector does.
"""

from kmwiki.formats.gotoknow_html.layouts import Layout, own_layouts, read_layouts
from kmwiki.formats.gotoknow_html.page import HtmlPage, read_page

__all__ = ["HtmlPage", "Layout", "own_layouts", "read_layouts", "read_page"]
