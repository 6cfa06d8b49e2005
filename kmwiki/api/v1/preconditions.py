"""The If-Match header: which revision a change was made from."""

from __future__ import annotations

import re

from flask import abort, request

from kmwiki.api.v1.errors import problem_for
from kmwiki.errors import Invalid, say

_TAG = re.compile(r'^\s*(?:W/)?"?rev-([0-9]{1,9})"?\s*$')


def revision_wanted() -> int:
    """Return N of `If-Match: "rev-N"`. Answers 428 without the header; Invalid for anything else in it."""
    header = request.headers.get("If-Match")
    if header is None:
        abort(
            problem_for(
                Invalid(say('Send If-Match: "rev-N" with the revision you changed, so that nobody is overwritten.')),
                428,
            )
        )
    match = _TAG.match(header)
    if match is None:
        raise Invalid.one("If-Match", say('If-Match must look like "rev-3".'))
    return int(match[1])
