"""What is decided about one camera and about a site: pure, without a clock, a thread or a disk."""
