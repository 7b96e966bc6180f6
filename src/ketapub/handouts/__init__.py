"""Sheets for clinics: a book and its clinics come in, handouts under each clinic's letterhead go out."""
