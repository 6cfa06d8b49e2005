"""Bringing files in: read, plan against what is there, apply. Run twice, nothing doubles; a dry run writes nothing.

`files` finds and reads the files, `reading` turns bytes into a `Draft` (pure), `known` finds what was imported before,
`plan` decides, `apply` writes, `run` does it for many files, each in its own transaction, `job` is the worker's part.
"""
