"""The way out of this machine as its environment names it: a proxy, a bundle of certificates.

requests reads both from environment variables and says little when they are wrong. Here they are looked at
before a connection is made, and when none came about, so that the sentence names what is to be mended. What
is shown of a proxy is its address only: user and password may stand in it. Pure but for a look at a file; any
thread. Read next: transport.py.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

import requests
import requests.utils
import urllib3.exceptions
import urllib3.util

_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_PROXIES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY")
_PROXY_SCHEMES = frozenset({"http", "https", "socks4", "socks4a", "socks5", "socks5h"})
_NO_CONNECTION = frozenset({"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"})
_NOTHING = "Nothing was sent."


class WayOut:
    """How requests to one server leave; url is the server's address.

    is_direct: nothing of the environment counts, for the server is this machine. ca_file: certificates the
    person named for this server, "" for none; they come before the environment's.
    """

    def __init__(self, url: str, *, is_direct: bool, ca_file: str = "") -> None:
        self._url = url
        self._is_direct = is_direct
        self._ca_file = ca_file

    @property
    def bundle(self) -> tuple[str, str] | None:
        """The variable that names certificates, and the file or folder it names; None for the usual ones."""
        if self._is_direct or self._ca_file:
            return None
        return next(((name, os.environ[name]) for name in _BUNDLES if os.environ.get(name)), None)

    @property
    def verify(self) -> str | bool:
        """Which certificates are trusted, as requests takes it."""
        bundle = self.bundle
        return self._ca_file or (bundle[1] if bundle is not None else True)

    @property
    def proxy(self) -> str | None:
        """The proxy as it was written, None when there is none on this way."""
        if self._is_direct:
            return None
        proxies: Mapping[str, str] = requests.utils.get_environ_proxies(self._url)
        return requests.utils.select_proxy(self._url, dict(proxies)) or None

    def fault(self) -> str:
        """A sentence when the environment names something that cannot be used at all, "" when it does not."""
        bundle, proxy = self.bundle, self.proxy
        if proxy is not None and not _is_proxy(proxy):
            return (
                f"{_variable(proxy)} names no proxy: {_shown(proxy)}. It must look like http://host:port or "
                f"socks5h://host:port. {_NOTHING}"
            )
        return _bundle_fault(*bundle) if bundle is not None else ""

    def why_lost(self, exc: Exception, host: str) -> str:
        """A sentence for a connection that did not come about, when there is a proxy to blame; else ""."""
        proxy = self.proxy
        if proxy is None:
            return ""
        chain = list(_chain(exc))
        kinds = {type(one).__name__ for one in chain}
        said = " ".join(map(str, chain))
        name = f"The proxy {_shown(proxy)} ({_variable(proxy)})"
        if "SOCKS5AuthError" in kinds or "Tunnel connection failed: 407" in said:
            return (
                f"{name} wants a user name and a password, or refused those it was given. {_NOTHING} They "
                "are written before its host, as in http://user:password@host:port."
            )
        is_http = _parsed(proxy).scheme in ("http", "https")
        has_no_proxy = is_http and "Tunnel" not in said and kinds & _NO_CONNECTION
        if has_no_proxy or "ProxyConnectionError" in kinds:
            return f"{name} cannot be reached. {_NOTHING}"
        return f"{name} gave no connection to {host}. {_NOTHING}"

    def distrust(self) -> str:
        """What to do when the server's certificate is not known."""
        if bundle := self.bundle:
            return f"{bundle[0]} names the certificates that are trusted: {bundle[1]}."
        return "If your company has certificates of its own, name their file in the server's settings."


def _parsed(proxy: str) -> urllib3.util.Url:
    """Read as requests reads it: without a scheme it is an HTTP proxy. Raises ValueError, HTTPError."""
    try:
        whole = requests.utils.prepend_scheme_if_needed(proxy, "http")  # type: ignore[no-untyped-call]
    except TypeError as exc:
        raise ValueError("it has a user and no host") from exc
    return urllib3.util.parse_url(whole)


def _is_proxy(text: str) -> bool:
    """True when a connection through this can at least be tried."""
    try:
        parts = _parsed(text)
        requests.utils.get_auth_from_url(text)
        (parts.host or "").encode("idna")
    except (ValueError, urllib3.exceptions.HTTPError):
        return False
    host = parts.host or ""
    return parts.scheme in _PROXY_SCHEMES and bool(host) and not any(c.isspace() for c in host)


def _shown(proxy: str) -> str:
    """The proxy without the user and the password that may stand before its host."""
    scheme, mark, rest = proxy.rpartition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}" if "@" not in scheme else proxy.rpartition("@")[2]


def _variable(proxy: str) -> str:
    """The environment variable it stands in."""
    named = (name for name in _PROXIES if os.environ.get(name) == proxy)
    return next(named, "the system's settings")


def _bundle_fault(variable: str, path: str) -> str:
    """What is wrong with certificates that are named by a variable."""
    what = "The certificate bundle"
    if not os.path.exists(path):
        return f"{what} {path}, named by {variable}, does not exist. {_NOTHING}"
    if Path(path).is_dir():
        return ""
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        return f"{what} {path}, named by {variable}, holds no certificate in PEM form. {_NOTHING}"
    except OSError as exc:
        return f"{what} {path}, named by {variable}, cannot be read ({exc.strerror}). {_NOTHING}"
    return ""


def _chain(exc: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised for, and what those carry as arguments."""
    waiting: list[BaseException | None] = [exc]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        more = [arg for arg in one.args if isinstance(arg, BaseException)]
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *more]
