"""The report of a day in the window: which day, which file, and how it is written."""
