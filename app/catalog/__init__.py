"""The catalogue of schemas (« modèles »): found by everyday words, explained in words, installed and synchronised."""
