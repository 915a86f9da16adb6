"""Training and scoring of the counting network; next door to the application, never imported by it."""
