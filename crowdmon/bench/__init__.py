"""``crowdmon bench``: how fast this machine counts, and the RTSP server that it measures with."""
