"""The measurements of serving_vs_llamacpp.py: each returns what --json writes, and prints its table."""
