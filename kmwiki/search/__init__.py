"""Finding: documents, queries and the engine behind one Protocol."""
