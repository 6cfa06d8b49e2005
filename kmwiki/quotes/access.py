"""The only way a door gets a quote. Its rights are those of the text it was taken from, at every moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.errors import NotFound, say
from kmwiki.quotes.queries import told

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.quotes.queries import Told
    from kmwiki.security.policy import Caller


def quote_for(session: Session, caller: Caller, quote_id: int) -> Told:
    """Return the quote as the caller may see it.

    NotFound if there is none, if its text may not be read, and for who reads a public text without being a member if
    the words no longer stand in it as they were: older revisions are not theirs.
    """
    found = told(session, caller, [quote_id]).get(quote_id)
    if found is None:
        raise NotFound(say("There is no quote %(quote)s here, or its text is not for you to read.", quote=quote_id))
    return found
