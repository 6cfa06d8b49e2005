"""Any text that can be revised, searched, coded and discussed; and who may read it."""
