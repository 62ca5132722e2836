"""A paper that was worked on elsewhere: taken in with care, its tracked changes read and decided."""
