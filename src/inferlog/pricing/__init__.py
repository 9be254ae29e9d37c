"""The price book: which price held for which model on which day. Pure."""
