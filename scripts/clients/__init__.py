"""Checks of a live server with the clients that people have: see ../client-suite.py."""
