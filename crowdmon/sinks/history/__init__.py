"""The history: a SQLite file of readings and events, and questions to it."""
