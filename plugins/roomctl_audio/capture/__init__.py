"""The process that records: its session, what it keeps on disk, its alarms."""
