"""The real packages that people already use, each in an environment of its own, against a running inferlog."""
