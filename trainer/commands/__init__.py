"""What ``crowdmon-train`` and ``crowdmon-eval`` do; ``trainer/__main__.py`` declares their options."""
