"""Handouts for clinics."""
