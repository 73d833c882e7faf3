"""Files that trees come from and go to."""
