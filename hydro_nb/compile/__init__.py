"""Graph to source: one readable Python text per location."""
