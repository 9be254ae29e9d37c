"""Wire formats: one file each, bytes → logs. Pure: no I/O, no clock."""
