"""One file a verb of the command line; :mod:`crowdmon.commands.cli` declares them all."""
