"""Looking over what an import read: fields with their evidence, and the cuts between comments."""
