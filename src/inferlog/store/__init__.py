"""Where logs live: ClickHouse tables, in the embedded engine or on a server, behind one client."""
