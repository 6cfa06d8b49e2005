"""Words of the codebook that several of its pages use: its fields, its verbs."""

from __future__ import annotations

from flask_babel import gettext

from kmwiki.errors import N_

FIELDS = {
    "name_th": N_("Thai name"),
    "name_en": N_("English name"),
    "definition": N_("Definition"),
    "include": N_("Use it when"),
    "exclude": N_("Do not use it when"),
    "example": N_("Example"),
    "color": N_("Colour"),
    "pattern": N_("Pattern"),
    "is_codable": N_("Passages can be put under it"),
    "aliases": N_("Other names"),
    "example_codings": N_("Live examples"),
    "parent": N_("Stands under"),
    "parent_id": N_("Stands under"),
    "position": N_("Order among its neighbours"),
    "state": N_("In use"),
    "merged_into": N_("Merged into"),
    "groups": N_("Groups"),
    "name": N_("Name of the group"),
    "description": N_("What the group is for"),
    "codes": N_("Codes of the group"),
}
VERB_WORDS = {
    "codebook.installed": N_("Starter codebook put in"),
    "codebook.imported": N_("Brought in from a file"),
    "codebook.undone": N_("A version undone"),
    "code.created": N_("Added"),
    "code.edited": N_("Edited"),
    "code.moved": N_("Moved"),
    "code.retired": N_("Retired"),
    "code.revived": N_("Used again"),
    "code.merged": N_("Merged"),
    "code.split": N_("Split"),
    "codegroup.created": N_("Group made"),
    "codegroup.edited": N_("Group changed"),
    "codegroup.deleted": N_("Group deleted"),
}


def verb_words() -> dict[str, str]:
    """Return what was done, by its verb, in the reader's language."""
    return {verb: gettext(message) for verb, message in VERB_WORDS.items()}
