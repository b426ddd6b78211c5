//! How many requests one caller may make.
//!
//! Counted in the way of a sliding window of two counters: what of the stretch before still lies
//! within the window is taken to have come evenly. Two numbers a caller are kept, and the rate over
//! any window stays near what is allowed. Requests that are refused count too.

mod admit;
mod rate;

use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr};

use repono_domain::UserId;

pub use admit::{Standing, admit};
pub use rate::{InvalidRate, Rate};

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Somebody with an account, wherever they are.
    User(UserId),
    /// Whoever asks from an address without one, or with a token that is none.
    Guest(IpAddr),
}

/// What the operator allows; without rates, as much as comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Each holds.
    pub guest: Vec<Rate>,
    /// Each holds.
    pub user: Vec<Rate>,
}

/// Nothing of it shows in what is rendered, so nodes that differ in it share what they rendered.
impl Hash for Limits {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Limits {
    /// Whether nobody has limits.
    pub fn is_empty(&self) -> bool {
        self.guest.is_empty() && self.user.is_empty()
    }

    fn of(&self, who: Subject) -> &[Rate] {
        match who {
            Subject::User(_) => &self.user,
            Subject::Guest(_) => &self.guest,
        }
    }
}

impl Subject {
    /// Part of the counters' names. A network of IPv6 is one guest: whoever has one address of it has
    /// them all. Addresses of IPv4 come as such, not within IPv6.
    fn name(self) -> String {
        match self {
            Self::User(user) => format!("user-{user}"),
            Self::Guest(IpAddr::V4(address)) => format!("guest-{address}"),
            Self::Guest(IpAddr::V6(address)) => {
                let network = Ipv6Addr::from_bits(address.to_bits() >> 64 << 64);
                format!("guest-{network}/64")
            }
        }
    }
}
