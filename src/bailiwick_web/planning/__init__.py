"""Scenarios, runs of the engine, moves, comparison, approval, publication."""
