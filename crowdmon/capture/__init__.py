"""A URI in, pictures out. Import :mod:`crowdmon.capture.source`; PyAV is loaded only on opening."""
