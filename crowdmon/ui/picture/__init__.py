"""The picture: heat, legend, notices, playback."""
