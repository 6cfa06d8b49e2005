"""Codings that an edit changed or lost: which wait, what is shown of them, how they are settled."""
