//! Lines for the operator's log, under the plugin's name. Every plugin may write them.
//!
//! Natively they go nowhere.

#[cfg(target_arch = "wasm32")]
use crate::raw::manifest::repono::plugin::log::{Level, log};

macro_rules! levels {
    ($($(#[$doc:meta])* $function:ident $level:ident;)*) => {
        $(
            $(#[$doc])*
            #[cfg_attr(not(target_arch = "wasm32"), expect(unused_variables, reason = "there is no host"))]
            pub fn $function(message: &str) {
                #[cfg(target_arch = "wasm32")]
                log(Level::$level, message, &[]);
            }
        )*
    };
}

levels! {
    /// For the plugin's author, step by step.
    trace Trace;
    /// For the plugin's author.
    debug Debug;
    /// What an operator may like to know.
    info Info;
    /// What an operator should look at one day.
    warn Warn;
    /// What an operator should look at now.
    error Error;
}

/// Writes every panic into the log before it becomes a trap without a word.
///
/// The hooks of this crate's traits do so by themselves; those written by hand with [`raw`](crate::raw)
/// call it first.
pub fn panics() {
    #[cfg(target_arch = "wasm32")]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| std::panic::set_hook(Box::new(|panic| error(&panic.to_string()))));
    }
}
