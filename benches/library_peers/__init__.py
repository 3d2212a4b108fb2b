"""What `library_speed.py` times beside Gradus: the same work in PyTorch and in NumPy."""
