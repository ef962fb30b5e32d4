"""The program as data: nodes, places, guarantees, and their rules."""
