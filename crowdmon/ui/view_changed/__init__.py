"""A camera that was turned: its picture before and now, and its ROIs moved together or confirmed."""
