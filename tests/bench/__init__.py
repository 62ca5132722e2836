"""Benchmarks: each compares with a named baseline in the same run and prints one JSON line with the ratio."""
