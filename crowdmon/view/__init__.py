"""What is said and drawn, computed from values. No Qt here."""
