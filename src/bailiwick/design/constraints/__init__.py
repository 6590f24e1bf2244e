"""Hard rules: what a plan may never break, checked before the search starts."""
