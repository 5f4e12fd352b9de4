"""The program as its user meets it: real processes, real terminals."""
