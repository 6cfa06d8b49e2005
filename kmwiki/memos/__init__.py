"""memos on project, code, entry, coding and comment; each memo is a source, linked to others"""
