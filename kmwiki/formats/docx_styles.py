"""How a Word file of ours looks: a looped Thai face, its sizes and its language in the defaults and in every style."""

from __future__ import annotations

from typing import Any

from kmwiki.formats.spreadsheets import FACE

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WIDTH = 9350  # twentieths of a point between the margins of A4
_SIZES = {"Normal": 16, "Title": 26, "Heading1": 22, "Heading2": 19, "Heading3": 17, "Heading4": 16, "Heading5": 16,
          "Heading6": 16, "ListBullet": 16, "Quote": 16, "Source": 14, "Term": 15, "Told": 16, "Cell": 14,
          "Footer": 13}  # fmt: skip
_BOLD = frozenset({"Title", "Heading1", "Heading2", "Heading3", "Heading4", "Heading5", "Heading6", "Term"})
_COLORS = {"Source": "595959", "Term": "404040"}
_SPACES = {
    "Normal": (0, 120, 0), "Title": (0, 240, 0), "Heading1": (360, 80, 0), "Heading2": (280, 60, 0),
    "Heading3": (220, 40, 0), "Heading4": (200, 40, 0), "Heading5": (180, 40, 0), "Heading6": (180, 40, 0),
    "ListBullet": (0, 60, None), "Quote": (80, 40, 400), "Source": (0, 160, 400), "Term": (60, 0, 300),
    "Told": (0, 60, 600), "Cell": (20, 20, 0), "Footer": (0, 0, 0),
}  # fmt: skip
"""Space before and after, and indent, in twentieths of a point; None leaves the indent of the style."""
_OWN = ("Source", "Term", "Told", "Cell")


def dress(document: Any, language: str) -> None:
    """Give a new document our styles, A4 with numbered pages, and the language of its words."""
    from docx.oxml import parse_xml  # noqa: PLC0415 - a start need not load it

    styles = document.styles.element
    for style in list(styles.findall(f"{{{W}}}style")):
        if style.get(f"{{{W}}}styleId") not in {*_SIZES, "DefaultParagraphFont", "TableNormal", "TableGrid", "NoList"}:
            styles.remove(style)  # table styles that nobody asked for, with faces of their own
    defaults = styles.find(f"{{{W}}}docDefaults")
    styles.replace(defaults, parse_xml(_defaults()))
    for name in _OWN:
        styles.append(parse_xml(_own_style(name)))
    for name in _SIZES:
        found = next(style for style in styles.findall(f"{{{W}}}style") if style.get(f"{{{W}}}styleId") == name)
        _restyle(found, name, parse_xml)
    _lay_out(document, language, parse_xml)


def sheet_widths(columns: int) -> list[int]:
    """Return the widths of the columns of a table, in twentieths of a point."""
    return [_WIDTH // max(columns, 1)] * columns


def _defaults() -> str:
    return (
        f'<w:docDefaults xmlns:w="{W}"><w:rPrDefault><w:rPr>{_face()}<w:sz w:val="32"/><w:szCs w:val="32"/>'
        '<w:lang w:val="en-GB" w:eastAsia="en-GB" w:bidi="th-TH"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault><w:pPr/></w:pPrDefault></w:docDefaults>"
    )


def _face() -> str:
    return f'<w:rFonts w:ascii="{FACE}" w:hAnsi="{FACE}" w:eastAsia="{FACE}" w:cs="{FACE}"/>'


def _own_style(name: str) -> str:
    return (
        f'<w:style xmlns:w="{W}" w:type="paragraph" w:customStyle="1" w:styleId="{name}"><w:name w:val="{name}"/>'
        '<w:basedOn w:val="Normal"/><w:qFormat/></w:style>'
    )


def _restyle(style: Any, name: str, parse_xml: Any) -> None:
    """Replace how a style looks, and keep what else it is: its outline level, its bullets."""
    for linked in ("link", "rPr"):
        found = style.find(f"{{{W}}}{linked}")
        if found is not None:
            style.remove(found)
    before, after, indent = _SPACES[name]
    kept = style.find(f"{{{W}}}pPr")
    inner = {} if kept is None else {child.tag.rpartition("}")[2]: child for child in kept}
    if kept is not None:
        style.remove(kept)
    level = int(name[-1]) - 1 if name.startswith("Heading") else None
    keeps = "" if level is None else "<w:keepNext/><w:keepLines/>"
    spaces = f'<w:spacing w:before="{before}" w:after="{after}" w:line="240" w:lineRule="auto"/>'
    indents = "" if indent is None else f'<w:ind w:left="{indent}"/>'
    outline = "" if level is None else f'<w:outlineLvl w:val="{level}"/>'
    made = parse_xml(f'<w:pPr xmlns:w="{W}">{keeps}{spaces}{indents}{outline}</w:pPr>')
    if "numPr" in inner:
        made.insert(0, inner["numPr"])
    style.append(made)
    bold = "<w:b/><w:bCs/>" if name in _BOLD else ""
    color = f'<w:color w:val="{_COLORS.get(name, "000000")}"/>'
    size = _SIZES[name] * 2
    style.append(
        parse_xml(
            f'<w:rPr xmlns:w="{W}">{_face()}{bold}{color}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
            '<w:lang w:val="en-GB" w:eastAsia="en-GB" w:bidi="th-TH"/></w:rPr>'
        )
    )


def _lay_out(document: Any, language: str, parse_xml: Any) -> None:
    """Set A4, the margins and the number at the foot of each page, and the language of the theme's faces."""
    section = document.sections[0]
    section.page_width, section.page_height = 7560310, 10692130  # English Metric Units: 210 x 297 mm
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = 914400
    foot = section.footer.paragraphs[0]._p  # noqa: SLF001 - the field has no other door
    for child in list(foot):
        foot.remove(child)
    foot.append(parse_xml(f'<w:pPr xmlns:w="{W}"><w:pStyle w:val="Footer"/><w:jc w:val="center"/></w:pPr>'))
    foot.append(parse_xml(f'<w:fldSimple xmlns:w="{W}" w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
    settings = document.settings.element
    for old in settings.findall(f"{{{W}}}themeFontLang"):
        old.set(f"{{{W}}}val", language)
        old.set(f"{{{W}}}bidi", "th-TH")
