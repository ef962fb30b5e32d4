"""Parts of distributed programs, written in the language itself."""
