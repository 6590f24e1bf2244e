"""Real distance: travel matrices, and what is asked about travel in a problem."""
