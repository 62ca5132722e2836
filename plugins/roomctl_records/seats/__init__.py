"""座签 and 座位图, printed from the plan of the seats."""
