"""What people make of a generated deck: their words, laid over it, shown and taken back."""
