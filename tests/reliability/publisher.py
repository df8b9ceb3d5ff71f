"""Numbers and publishes without end (编号与公布), as the worker does every ten minutes: a program to be killed.

Says `begins` before each round, `stands SIZE` after it, `refused WORDS` when another writer has the log open."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from minsheng.doors.cli.house import house

PAUSE_SECONDS = 0.1


def main(data: Path) -> None:
    """Until killed, or until the database goes away."""
    with house(data):
        from minsheng.account.ledger import number, publish
        from minsheng.account.log.writer import LogBroken

        while True:
            print("begins", flush=True)
            try:
                number()
                print(f"stands {publish().size}", flush=True)
            except LogBroken as error:
                print(f"refused {error}", flush=True)
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
