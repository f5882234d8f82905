"""What a frozen pitch rests on, and how anybody can check it."""
