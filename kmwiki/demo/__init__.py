"""The demo project: invented Thai entries that show a newcomer what kmwiki is for."""
