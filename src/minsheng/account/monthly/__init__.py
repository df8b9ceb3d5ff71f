"""The house's monthly release (月度公开包): which leaves belong to it, how the house opens them, the files that are
published, and what has to be kept of an order that is erased before its leaves were released.

    define()               # the metric definitions stand in the log
    release("2026-11")     # data/releases/2026-11.jsonl.gz, index.json, and the leaf that names the file
    keep(order)            # before an order is erased: what it counts for stays"""

from minsheng.account.monthly.definitions import define, defined
from minsheng.account.monthly.erasing import all_kept, keep
from minsheng.account.monthly.files import INDEX, Lost, folder
from minsheng.account.monthly.release import Made, due, release

__all__ = ["INDEX", "Lost", "Made", "all_kept", "define", "defined", "due", "folder", "keep", "release"]
