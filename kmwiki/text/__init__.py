"""Text as people write it in Thai: folding, dates, Markdown, anchors. Pure: no database, no files."""
