"""``python -m troubleshoot_app``: see ``--help``."""

import sys

from troubleshoot_app.cli import main

sys.exit(main())
