"""Explanation: what a plan does not meet, and why."""
