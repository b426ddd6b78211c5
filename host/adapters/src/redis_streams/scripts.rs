//! The scripts, in `lua/`.

use std::sync::LazyLock;

use redis::Script;

macro_rules! scripts {
    ($($name:ident $prelude:literal $file:literal)*) => {
        $(pub(super) static $name: LazyLock<Script> = LazyLock::new(|| {
            Script::new(concat!(include_str!($prelude), include_str!($file)))
        });)*
    };
}

scripts! {
    PUBLISH "lua/group.lua" "lua/publish.lua"
    RECEIVE "lua/group.lua" "lua/receive.lua"
    DEPTH "lua/group.lua" "lua/depth.lua"
    PURGE "lua/group.lua" "lua/purge.lua"
    ACKNOWLEDGE "lua/held.lua" "lua/acknowledge.lua"
    GIVE_BACK "lua/held.lua" "lua/give_back.lua"
    KEEP "lua/held.lua" "lua/keep.lua"
}
