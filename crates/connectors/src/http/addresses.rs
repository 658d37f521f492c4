//! Which addresses are not on the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// Where clouds tell a machine its own credentials. Most lie in ranges that are refused anyway;
/// Azure's does not.
const METADATA: [IpAddr; 7] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

/// The special blocks of IPv4 (IANA's registry, RFC 6890).
const V4: [(Ipv4Net, &str); 16] = [
    (v4(0, 0, 0, 0, 8), UNSPECIFIED),
    (v4(10, 0, 0, 0, 8), PRIVATE),
    (
        v4(100, 64, 0, 0, 10),
        "an address of a carrier's own network",
    ),
    (v4(127, 0, 0, 0, 8), LOOPBACK),
    (v4(169, 254, 0, 0, 16), LINK_LOCAL),
    (v4(172, 16, 0, 0, 12), PRIVATE),
    (v4(192, 0, 0, 0, 24), RESERVED),
    (v4(192, 0, 2, 0, 24), DOCUMENTATION),
    (v4(192, 88, 99, 0, 24), RESERVED),
    (v4(192, 168, 0, 0, 16), PRIVATE),
    (
        v4(198, 18, 0, 0, 15),
        "an address for benchmarks of networks",
    ),
    (v4(198, 51, 100, 0, 24), DOCUMENTATION),
    (v4(203, 0, 113, 0, 24), DOCUMENTATION),
    (v4(224, 0, 0, 0, 4), MULTICAST),
    (v4(255, 255, 255, 255, 32), "the broadcast address"),
    (v4(240, 0, 0, 0, 4), RESERVED),
];

/// The special blocks of IPv6, and what of the global block is not for hosts.
const V6: [(Ipv6Net, &str); 10] = [
    (v6(0, 0, 0, 128), UNSPECIFIED),
    (v6(0, 0, 1, 128), LOOPBACK),
    (v6(0xfc00, 0, 0, 7), PRIVATE),
    (v6(0xfe80, 0, 0, 10), LINK_LOCAL),
    (v6(0xfec0, 0, 0, 10), PRIVATE),
    (v6(0xff00, 0, 0, 8), MULTICAST),
    // Teredo among them: it carries an IPv4 address too.
    (v6(0x2001, 0, 0, 23), RESERVED),
    (v6(0x2001, 0xdb8, 0, 32), DOCUMENTATION),
    (v6(0x3fff, 0, 0, 20), DOCUMENTATION),
    (v6(0x100, 0, 0, 64), RESERVED),
];

/// All that is routed on the public internet lies in here.
const GLOBAL: Ipv6Net = v6(0x2000, 0, 0, 3);

/// The well-known prefix of NAT64 (RFC 6052), and 6to4 (RFC 3056).
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);
const SIX_TO_FOUR: Ipv6Net = v6(0x2002, 0, 0, 16);

const UNSPECIFIED: &str = "an unspecified address";
const LOOPBACK: &str = "a loopback address";
const PRIVATE: &str = "a private address";
const LINK_LOCAL: &str = "a link-local address";
const DOCUMENTATION: &str = "an address for documentation";
const MULTICAST: &str = "a multicast address";
const RESERVED: &str = "a reserved address";

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(first: u16, second: u16, last: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, last), length)
}

/// What an address is, in words, unless it is a host's on the public internet.
pub(super) fn special(address: IpAddr) -> Option<&'static str> {
    let address = match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => carried(v6).map_or(address, IpAddr::V4),
    };
    if METADATA.contains(&address) {
        return Some("the address of a cloud's metadata service");
    }
    match address {
        IpAddr::V4(address) => {
            let block = V4.iter().find(|(block, _)| block.contains(&address));
            block.map(|(_, what)| *what)
        }
        IpAddr::V6(address) => {
            let block = V6.iter().find(|(block, _)| block.contains(&address));
            block
                .map(|(_, what)| *what)
                .or_else(|| (!GLOBAL.contains(&address)).then_some(RESERVED))
        }
    }
}

/// The IPv4 address that packets to this one end at.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., a, b, c, d] = address.octets();
    let last = Ipv4Addr::new(a, b, c, d);
    let [_, _, e, f, g, h, ..] = address.octets();
    if address.to_ipv4_mapped().is_some() || NAT64.contains(&address) {
        Some(last)
    } else if SIX_TO_FOUR.contains(&address) {
        Some(Ipv4Addr::new(e, f, g, h))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn what(address: &str) -> Option<&'static str> {
        special(address.parse().unwrap())
    }

    #[test]
    fn special_addresses_are_told_apart() {
        let table = [
            ("0.0.0.0", UNSPECIFIED),
            ("0.1.2.3", UNSPECIFIED),
            ("10.255.255.255", PRIVATE),
            ("100.64.0.1", "an address of a carrier's own network"),
            ("100.127.255.255", "an address of a carrier's own network"),
            ("127.0.0.1", LOOPBACK),
            ("127.255.0.9", LOOPBACK),
            ("169.254.0.1", LINK_LOCAL),
            (
                "169.254.169.254",
                "the address of a cloud's metadata service",
            ),
            ("168.63.129.16", "the address of a cloud's metadata service"),
            (
                "100.100.100.200",
                "the address of a cloud's metadata service",
            ),
            ("172.16.0.1", PRIVATE),
            ("172.31.255.255", PRIVATE),
            ("192.0.0.8", RESERVED),
            ("192.0.2.1", DOCUMENTATION),
            ("192.168.1.1", PRIVATE),
            ("198.19.0.1", "an address for benchmarks of networks"),
            ("198.51.100.7", DOCUMENTATION),
            ("203.0.113.7", DOCUMENTATION),
            ("224.0.0.1", MULTICAST),
            ("239.255.255.255", MULTICAST),
            ("240.0.0.1", RESERVED),
            ("255.255.255.255", "the broadcast address"),
            ("::", UNSPECIFIED),
            ("::1", LOOPBACK),
            ("::7f00:1", RESERVED),
            ("64:ff9b:1::1", RESERVED),
            ("fc00::1", PRIVATE),
            ("fdff::1", PRIVATE),
            ("fd00:ec2::254", "the address of a cloud's metadata service"),
            ("fe80::1", LINK_LOCAL),
            ("fec0::1", PRIVATE),
            ("ff02::1", MULTICAST),
            ("2001::1", RESERVED),
            ("2001:db8::1", DOCUMENTATION),
            ("3fff::1", DOCUMENTATION),
            ("4000::1", RESERVED),
            ("::ffff:127.0.0.1", LOOPBACK),
            ("64:ff9b::10.0.0.1", PRIVATE),
            (
                "64:ff9b::169.254.169.254",
                "the address of a cloud's metadata service",
            ),
            ("2002:7f00:1::", LOOPBACK),
            ("2002:c0a8:101::1", PRIVATE),
        ];
        for (address, expected) in table {
            assert_eq!(what(address), Some(expected), "{address}");
        }
    }

    #[test]
    fn hosts_of_the_internet_are_not_special() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ] {
            assert_eq!(what(address), None, "{address}");
        }
    }

    proptest! {
        /// The standard library's own notions, where it has them.
        #[test]
        fn what_the_standard_library_finds_special_is_special(v4: [u8; 4], v6: [u8; 16]) {
            let v4 = Ipv4Addr::from(v4);
            if v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
                || v4.is_documentation() || v4.is_unspecified() || v4.is_broadcast()
            {
                prop_assert!(special(v4.into()).is_some());
            }
            let v6 = Ipv6Addr::from(v6);
            if v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_multicast() {
                prop_assert!(special(v6.into()).is_some());
            }
        }

        /// Whatever form carries an IPv4 address, it is that address.
        #[test]
        fn a_carried_address_is_judged_as_itself(octets: [u8; 4], rest: [u16; 5]) {
            let v4 = Ipv4Addr::from(octets);
            let [a, b, c, d] = octets.map(u16::from);
            let (high, low) = (a << 8 | b, c << 8 | d);
            let expected = special(v4.into());
            for form in [
                v4.to_ipv6_mapped(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, rest[0], rest[1], rest[2], rest[3], rest[4]),
            ] {
                prop_assert_eq!(special(form.into()), expected, "{}", form);
            }
        }
    }
}
