"""Changing today's alignment: realign, what it moves and why, the front of plans."""
