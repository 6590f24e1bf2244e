"""Reaching out: cadences, the call list, materials, gifts, campaigns."""
