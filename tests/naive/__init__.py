"""What flows mean, by an interpreter that is too simple to be wrong, and flows to try it on."""
