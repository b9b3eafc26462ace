"""Addresses of the network, in the one form by which they are compared. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address


def plain_address(text: str) -> Address | None:
    """An address of a text; None for what is none."""
    try:
        return plain(ip_address(text))
    except ValueError:
        return None


def plain(address: Address) -> Address:
    """Of IPv4, written as IPv6, the IPv4 one."""
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
