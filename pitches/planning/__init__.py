"""Step 5 as people set it: the plan, what is done about it, the post for colleagues."""
