"""Raw sound: its shape, its samples, the open part, and how loud it is."""
