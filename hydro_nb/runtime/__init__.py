"""What runs inside a process: the loop, the channels, the codecs. It knows nothing of the rooms that start it."""
