"""The codebook: its tree of codes, groups and versions, files in and out, undo of every change."""
