"""Where: unit sets, units and their measures."""
