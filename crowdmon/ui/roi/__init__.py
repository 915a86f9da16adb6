"""Drawing and editing ROIs on the picture."""
