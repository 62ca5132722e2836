"""Tables, repositories, unit of work, migrations and event log. No mapped object leaves this package."""
