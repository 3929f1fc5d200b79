"""`python -m sample_company`: see `sample_company.cli`."""

import sys

from sample_company.cli import main

sys.exit(main())
