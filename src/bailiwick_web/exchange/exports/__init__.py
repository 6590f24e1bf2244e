"""Records out: any list and everything, as tables, cards and calendars; always within the scope of who asks."""
