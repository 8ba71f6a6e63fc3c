"""What is asked for, and its sound: the same for every protocol."""
