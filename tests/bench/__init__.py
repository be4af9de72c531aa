"""What layers and steps cost, ours and the libraries': ``python -m tests.bench [TOPIC]``."""
