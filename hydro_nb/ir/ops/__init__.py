"""The operators, one file per family, one class per operator."""
