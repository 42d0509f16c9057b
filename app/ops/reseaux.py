"""What counts as one address."""

import socket

_MAPPED = bytes(10) + b"\xff\xff"


def network_of(address: str) -> bytes:
    """An IPv4 address, or the /64 that a line is given in IPv6, as bytes.

    >>> network_of("2001:db8::1") == network_of("2001:db8::2")
    True
    """
    try:
        if ":" not in address:
            return socket.inet_pton(socket.AF_INET, address)
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return address.encode(errors="replace")
    return packed[12:] if packed.startswith(_MAPPED) else packed[:8]
