"""Measures what the service claims: `make bench`, or `python -m bench depot lectures import`. See bench/README.md."""
