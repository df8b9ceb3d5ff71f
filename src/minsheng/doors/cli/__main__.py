"""python -m minsheng.doors.cli"""

import sys

from minsheng.doors.cli.main import main

sys.exit(main())
