"""HTML pages of any making: decoded, parsed into a tree, and brought into Markdown. Pure; nothing is ever fetched.

`charset` decodes, `tree` parses (the only module that knows the parser), `addresses` makes links whole and refuses
those that could act, `walking` brings a part of the tree into blocks, `writing` writes blocks as our Markdown or as
plain text.
"""
