"""Why units and territories are as they are: numbers, words, documents."""
