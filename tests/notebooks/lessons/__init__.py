"""What each tutorial must show, and answers to its exercises that are wrong: a file for each lesson."""
