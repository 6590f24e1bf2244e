"""Rules that act: when this happens to such a record, do that. Tried on history first, each run in a log."""
