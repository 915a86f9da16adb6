"""The paper's Figures 1, 3, 7, 8 and 9, drawn from the data that is there."""
