"""What the pages of this app show, one module for each subject."""
