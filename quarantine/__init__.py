"""What home quarantine is: the words and the rules, free of I/O, frameworks and the wall clock."""
