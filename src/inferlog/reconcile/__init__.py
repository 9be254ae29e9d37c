"""A provider's invoice against our logs: read it, compare it by day and model, and say what is likely. Pure."""
