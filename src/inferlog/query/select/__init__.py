"""SQL from callers: one SELECT over their own project's logs. docs/decisions/sql-boundary.md says what holds."""
