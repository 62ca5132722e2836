"""Papers from the facts of a meeting: pure, facts in, a document out."""
