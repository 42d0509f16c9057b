"""Éditions: prepared, previewed, published for good, revised with a reason, compared, moved to other servers."""
