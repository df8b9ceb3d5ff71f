"""接诉即办: a request in, an answer out, and nothing falls through between."""
