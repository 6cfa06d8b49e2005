"""The pages: one file a page family. They parse, call one verb, and draw."""
