"""The checks of browser-test.py."""
