"""The acoustic proof: a sweep and a sentence go through the room, and what comes back is measured.

`sweep`, `impulse`, `decay`, `bands`, `noise`, `wiring` are pure: samples in, figures out. `duplex` plays and records,
in a process of its own; `sentence` hears by the room's recorder and its engine; `judge` makes results of figures.
"""
