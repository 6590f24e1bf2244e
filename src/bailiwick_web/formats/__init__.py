"""Dates as the languages of the application write them, where Django's own choice can be misread."""
