"""Budgets, piece by piece."""
