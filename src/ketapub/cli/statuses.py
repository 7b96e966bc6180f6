"""How a command may end, as a number for the shell."""

DONE, WITH_PROBLEMS, WRONG_USAGE, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 128 + 2, 128 + 13
