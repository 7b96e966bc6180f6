"""`python -m ketapub` is the command `ketapub`."""

import sys

from ketapub.cli import main

sys.exit(main())
