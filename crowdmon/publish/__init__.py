"""What leaves the machine over a network: sinks that wait for a peer, each in a thread of its own."""
