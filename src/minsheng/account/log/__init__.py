"""The transparency log (透明日志): an append-only Merkle tree served as static files, its head signed by the line and
cosigned by witnesses outside. Pure: no Django, no database. Formats are those of C2SP, hashing that of RFC 6962."""
