"""Musnad: answers in Arabic from your own articles, every sentence with its source."""
