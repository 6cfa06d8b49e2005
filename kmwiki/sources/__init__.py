"""Sources: texts that are revised, read, coded and discussed; who may read them is told here alone."""
