"""Scales of the int8 form: measured on training pictures, compared with float32 on validation pictures."""
