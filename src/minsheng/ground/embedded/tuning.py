"""First content of postgresql.conf (数据库参数), for a machine that PostgreSQL shares with web and jobs.

Written once by initdb; whoever runs the city may edit the file afterwards. Durable: fsync and
synchronous_commit stay on. Logs hold neither statements nor values (``terse``, ``panic``), since those may be
a resident's words. PostgreSQL 18 manual, 19.4 (resources), 19.5 (write-ahead log), 19.8 (logging).
"""

from __future__ import annotations

import os


def tuning() -> dict[str, str]:
    """Settings by name; memory follows the machine's: a sixteenth (64 MB to 1 GB) as shared buffers."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "shared_buffers": f"{min(max(megabytes // 16, 64), 1024)}MB",
        "effective_cache_size": f"{max(megabytes // 2, 256)}MB",
        "maintenance_work_mem": f"{min(max(megabytes // 32, 64), 256)}MB",
        "work_mem": "16MB",
        "max_connections": "100",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "fsync": "on",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_checkpoints": "off",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_line_prefix": "%m [%p] %a ",
    }
