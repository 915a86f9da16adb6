"""The readings panel."""
