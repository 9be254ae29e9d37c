"""Budgets: how much may be spent in a day, a week or a month, how much was, and who is told. docs/budgets.md."""
