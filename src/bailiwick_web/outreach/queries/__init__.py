"""Reads for the pages, a module for each subject."""
