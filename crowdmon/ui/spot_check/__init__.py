"""Counting heads in a frozen picture, and adapting the weights to a camera by them."""
