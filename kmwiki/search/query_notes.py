"""What a reader should know about how their query was read: what was assumed, and what may have been meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.errors import say
from kmwiki.search.query_fields import field_like
from kmwiki.search.query_tokens import NEAR_ASSUMED, unknown_field
from kmwiki.search.query_tree import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmwiki.errors import Message
    from kmwiki.search.query_tokens import Token
    from kmwiki.search.query_tree import Tree, Word

MOST = 3
SHORT = 30
"""In longer rows of words และ, หรือ and ไม่ are but words of a sentence."""
_MEANT = {"และ": "AND", "หรือ": "OR", "ไม่": "NOT", "and": "AND", "or": "OR", "not": "NOT", "near": "NEAR"}


def notes_on(text: str, tokens: Sequence[Token], tree: Tree) -> Iterator[Message]:
    """Yield what there is to say about a query that was read."""
    if any(token.is_assumed for token in tokens):
        yield say(
            "NEAR lets %(most)s words stand between here. Write NEAR/2 or NEAR/10 for fewer or more.", most=NEAR_ASSUMED
        )
    words = words_of(tree)
    yield from _fields(words)
    if any("*" in word.text and not word.is_phrase for word in words):
        yield say("* stands only at the end of a word; elsewhere it is searched as it is written.")
    is_row = not any(token.is_operator for token in tokens)
    if len(words) > 1 and len(text.strip()) <= SHORT and is_row:
        yield from _operators(words)


def _fields(words: Sequence[Word]) -> Iterator[Message]:
    for name in list(dict.fromkeys(name for word in words if (name := unknown_field(word))))[:MOST]:
        meant = field_like(name)
        if meant is None:
            yield say("“%(name)s:” is no field with a value here, so it is searched as a word.", name=name)
        else:
            yield say(
                "“%(name)s:” is no field, so it is searched as a word. Do you mean “%(meant)s:”?",
                name=name,
                meant=meant,
            )


def _operators(words: Sequence[Word]) -> Iterator[Message]:
    for word in words[:MOST]:
        if operator := _MEANT.get(word.text.lower()):
            yield say(
                "“%(word)s” is searched as a word. Write %(operator)s for the operator.",
                word=word.text,
                operator=operator,
            )
