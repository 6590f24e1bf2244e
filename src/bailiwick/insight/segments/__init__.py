"""Accounts treated alike: by rules, by what they bought, by clusters."""
