"""`python -m hydro_nb.cli` is `hydro-nb`."""

import sys

from hydro_nb.cli import main

sys.exit(main())
