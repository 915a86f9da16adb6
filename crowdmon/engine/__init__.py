"""What runs over time: the only room with threads. Start at :mod:`crowdmon.engine.monitor`."""
