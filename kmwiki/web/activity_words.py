"""What happened, in words: each verb of an event, and the few facts told with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext

from kmwiki.errors import N_
from kmwiki.web.entry_list import AUDIENCE_WORDS
from kmwiki.web.mail import LETTER_NAMES
from kmwiki.web.members import ROLE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmwiki.notifications.activity import Told

VERBS: Mapping[str, str] = {
    "attachment.added": N_("added a file to a note"),
    "attachment.binned": N_("removed a file from a note"),
    "attachment.restored": N_("brought a file of a note back"),
    "batch.accepted": N_("accepted passages that were coded together"),
    "batch.made": N_("coded the passages of a search together"),
    "batch.redone": N_("brought passages coded together back"),
    "batch.undone": N_("took passages coded together away"),
    "code.created": N_("made a code"),
    "code.edited": N_("changed a code"),
    "code.merged": N_("merged codes"),
    "code.moved": N_("moved a code"),
    "code.retired": N_("took a code out of use"),
    "code.revived": N_("brought a code back into use"),
    "code.split": N_("split a code"),
    "codebook.exported": N_("took the codebook out as a file"),
    "codebook.imported": N_("brought a codebook file in"),
    "codebook.installed": N_("put in the starter codebook"),
    "codebook.undone": N_("undid a change of the codebook"),
    "codegroup.created": N_("made a group of codes"),
    "codegroup.deleted": N_("deleted a group of codes"),
    "codegroup.edited": N_("changed a group of codes"),
    "coding.accepted": N_("confirmed a coding after an edit"),
    "coding.added": N_("coded a passage"),
    "coding.changed": N_("changed a coding"),
    "coding.confirmed": N_("accepted a coding made with others"),
    "coding.moved": N_("a coding went with its words to another comment"),
    "coding.redone": N_("did a step of coding again"),
    "coding.removed": N_("took a coding away"),
    "coding.restored": N_("brought a coding back"),
    "coding.split": N_("cut a coding in two"),
    "coding.undone": N_("undid a step of coding"),
    "codings.carried": N_("codings went along with an edit"),
    "comment.added": N_("wrote a comment"),
    "comment.binned": N_("put a comment into the bin"),
    "comment.restored": N_("took a comment out of the bin"),
    "comment.saved": N_("changed a comment"),
    "demo.installed": N_("the demo project was made"),
    "dictionary.added": N_("put a word into the dictionary"),
    "dictionary.changed": N_("changed a word of the dictionary"),
    "dictionary.imported": N_("brought a table into the dictionary"),
    "dictionary.removed": N_("took a word out of the dictionary"),
    "dictionary.undone": N_("undid a change of the dictionary"),
    "entry.archived": N_("archived a note"),
    "entry.audience_changed": N_("changed who reads a note"),
    "entry.binned": N_("put a note into the bin"),
    "entry.created": N_("wrote a note"),
    "entry.origin_changed": N_("changed where a note comes from"),
    "entry.published": N_("published a note"),
    "entry.restored": N_("took a note out of the bin"),
    "entry.saved": N_("changed a note"),
    "entry.unpublished": N_("made a note a draft again"),
    "feed.made": N_("made a feed of a saved search"),
    "feed.revoked": N_("ended a feed of a saved search"),
    "import.asked": N_("began an import"),
    "import.begun": N_("an import began"),
    "import.looked_over": N_("looked an imported note over"),
    "import.mended": N_("accepted or mended what was read from a page"),
    "import.opened_again": N_("wants an imported note looked over again"),
    "import.recut": N_("cut the comments of a page anew"),
    "import.recut_undone": N_("took new cuts between comments back"),
    "import.redo_asked": N_("asked for an undone import to be done again"),
    "import.redone": N_("did an undone import again"),
    "import.undo_asked": N_("asked for an import to be undone"),
    "import.undone": N_("undid an import"),
    "import.written": N_("imported a text"),
    "letters.stopped": N_("stopped the letters of saved searches"),
    "link.created": N_("made a one-time link"),
    "link.used": N_("used a one-time link"),
    "log.exported": N_("took this log out as a file"),
    "mail.asked": N_("asked for a letter"),
    "mail.dropped": N_("gave a letter up"),
    "mail.retried": N_("had a letter sent again"),
    "mail.sent": N_("a letter went out"),
    "member.added": N_("added a member"),
    "member.changed": N_("changed a member's role"),
    "member.left": N_("left the project"),
    "member.removed": N_("took a member out"),
    "memo.added": N_("wrote a memo"),
    "memo.audience_changed": N_("changed who reads a memo"),
    "memo.binned": N_("put a memo into the bin"),
    "memo.restored": N_("took a memo out of the bin"),
    "memo.saved": N_("changed a memo"),
    "memos.exported": N_("took memos out as a file"),
    "batch.proposed": N_("had codes proposed for a note"),
    "quote.made": N_("gave a passage an address of its own"),
    "notices.read": N_("read their notices"),
    "original.kept": N_("kept an original file"),
    "passages.export_asked": N_("asked for a file of coded passages"),
    "passages.exported": N_("took coded passages out as a file"),
    "personal.cleared": N_("let a number be seen"),
    "personal.masked": N_("masked a number again"),
    "project.created": N_("made the project"),
    "project.edited": N_("changed the project's settings"),
    "reset.asked": N_("somebody asked for a new password"),
    "retrieval.changed": N_("changed a saved question about passages"),
    "retrieval.removed": N_("removed a saved question about passages"),
    "retrieval.restored": N_("brought back a saved question about passages"),
    "retrieval.saved": N_("saved a question about passages"),
    "search.changed": N_("changed a saved search"),
    "search.followed": N_("settled the news of a saved search"),
    "decision.made": N_("settled what was coded differently"),
    "decision.undone": N_("took back what was settled in a coding round"),
    "round.changed": N_("changed a coding round"),
    "round.closed": N_("closed a coding round"),
    "round.deleted": N_("took a coding round away"),
    "round.exported": N_("took the decisions of a coding round out as a file"),
    "round.made": N_("set up a coding round"),
    "round.reopened": N_("opened a coding round again"),
    "round.text_done": N_("is done with a text of a coding round"),
    "round.text_resumed": N_("goes on with a text of a coding round"),
    "search.removed": N_("removed a saved search"),
    "search.restored": N_("brought back a saved search"),
    "search.saved": N_("saved a search"),
    "session.closed": N_("signed out"),
    "session.opened": N_("signed in"),
    "session.refused": N_("a sign-in was refused"),
    "session.revoked": N_("signed out another browser"),
    "sessions.ended": N_("all browsers of a person were signed out"),
    "kwic.exported": N_("took a concordance out as a file"),
    "stop_word.added": N_("put a word on the stop list"),
    "stop_word.removed": N_("took a word off the stop list"),
    "stop_word.undone": N_("undid a change of the stop list"),
    "words.exported": N_("took word counts out as a file"),
    "token.created": N_("made an API token"),
    "token.revoked": N_("revoked an API token"),
    "user.activated": N_("let a person in again"),
    "user.admin_given": N_("made a person an admin"),
    "user.admin_taken": N_("took a person's admin rights"),
    "user.created": N_("added a person"),
    "user.deactivated": N_("shut a person out"),
    "user.look_set": N_("changed language or colours"),
    "user.password_set": N_("set a password"),
    "user.profile_set": N_("changed their profile"),
    "user.renamed": N_("changed their name"),
}
"""Every verb of the house; a test finds one that is missing."""

PURPOSES = {"sign_in": N_("for signing in"), "reset": N_("Link for a new password"), "invite": N_("Invitation")}


def verb_words(verb: str) -> str:
    """Return a verb in the reader's language; one of a newer program is shown as it is."""
    return str(gettext(VERBS[verb])) if verb in VERBS else verb


def facts_of(told: Told) -> str:
    """Return what else is told of an event: roles, audiences, letters, an address. Never a text or a title."""
    data = told.data
    noun = told.verb.partition(".")[0]
    if noun == "member":
        return _change(data, {role.label: name for role, name in ROLE_NAMES.items()}, "before", "role")
    if told.verb == "entry.audience_changed":
        return _change(data, dict(AUDIENCE_WORDS), "old", "new")
    if noun == "mail":
        return _word(LETTER_NAMES, data.get("letter"))
    if noun == "link":
        return _word(PURPOSES, data.get("purpose"))
    if told.verb in {"session.opened", "session.refused", "reset.asked"}:
        return str(data.get("address") or "")
    return str(data.get("name") or "") if noun in {"round", "decision"} else ""


def _change(data: Mapping[str, Any], words: Mapping[str, str], old: str, new: str) -> str:
    return " → ".join(_word(words, data[key]) for key in (old, new) if data.get(key))


def _word(words: Mapping[str, str], key: object) -> str:
    return str(gettext(words[str(key)])) if str(key) in words else str(key or "")
