"""What the targets of speed are measured with: `hydro-nb bench`, and `pytest tests/bench -m bench`."""
