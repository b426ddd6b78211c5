//! Where and when it was measured.

use std::time::Duration;

use repono_adapters::system::SystemClock;
use repono_service::ports::Clock as _;

/// `2 processors, 24 GB of memory, linux x86_64`.
pub(crate) fn facts() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = memory_gb().map_or_else(String::new, |gb| format!(" {gb} GB of memory,"));
    format!("{cores} processors,{memory} {} {}", std::env::consts::OS, std::env::consts::ARCH)
}

/// `2026-01-31`.
pub(crate) fn today() -> String {
    SystemClock.now().strftime("%Y-%m-%d").to_string()
}

fn memory_gb() -> Option<u64> {
    let info = std::fs::read_to_string("/proc/meminfo").ok()?;
    kilobytes(&info, "MemTotal:").map(|kilobytes| kilobytes / 976_562)
}

/// Memory that a process holds at this moment, in bytes.
pub(crate) fn resident_bytes(pid: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let resident = kilobytes(&status, "VmRSS:");
    resident
        .map(|kilobytes| kilobytes * 1_024)
        .ok_or_else(|| anyhow::anyhow!("process {pid} is gone"))
}

/// The most memory that a process has held so far, in bytes.
pub(crate) fn peak_bytes(pid: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    kilobytes(&status, "VmHWM:")
        .map(|kilobytes| kilobytes * 1_024)
        .ok_or_else(|| anyhow::anyhow!("process {pid} is gone"))
}

/// What a process has used of the processors so far.
pub(crate) fn processor_time(pid: u32) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // Behind the name in brackets, which may hold anything, `utime` and `stime` are fields 12 and 13.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.map(str::parse::<u64>).sum::<Result<_, _>>()?;
    Ok(Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second()))
}

/// From a line such as `VmRSS:    71234 kB`.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn memory_is_read_from_its_line() {
        assert_eq!(super::kilobytes("VmSize: 1 kB\nVmRSS:\t 71234 kB\n", "VmRSS:"), Some(71_234));
    }
}
