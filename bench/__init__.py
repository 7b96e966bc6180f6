"""Measures how much time and memory ketapub takes, beside what else makes books; `make bench` runs it."""
