"""The training loop: state, schedule, devices, logbook, run folder."""
