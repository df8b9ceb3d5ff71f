"""A time authority for tests (RFC 3161): OpenSSL's own, with a root of its own, served on a port of this machine."""

from __future__ import annotations

import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

from support import serving

_CONFIG = """
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical, CA:true
[stamping]
basicConstraints = CA:false
extendedKeyUsage = critical, timeStamping
[tsa]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


class Authority:
    """A time authority that keeps its keys in `folder`; `roots` are the certificates to verify it under."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.roots = folder / "root.pem"
        (folder / "config").write_text(_CONFIG, encoding="utf-8")
        (folder / "serial").write_text("01\n", encoding="utf-8")
        key = ("-newkey", "rsa:2048", "-nodes", "-config", "config")
        self._run(
            "req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=root", "-extensions", "root"
        )
        self._run("req", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=tsa")
        signing = ("-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "2", "-extfile", "config")
        self._run("x509", "-req", "-in", "tsa.csr", *signing, "-extensions", "stamping", "-out", "tsa.pem")

    def answer(self, query: bytes) -> bytes:
        """The stamp over what is asked."""
        (self.folder / "query").write_bytes(query)
        self._run("ts", "-reply", "-queryfile", "query", "-config", "config", "-section", "tsa", "-out", "answer")
        return (self.folder / "answer").read_bytes()

    def served(self) -> AbstractContextManager[str]:
        """Serve on a free port; gives the address."""
        return serving.served(lambda _path, query: (200, "application/timestamp-reply", self.answer(query)))

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)
