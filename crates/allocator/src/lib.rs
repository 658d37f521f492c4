//! The C library's allocator, told to give memory back.
//!
//! Left alone, glibc raises the size from which it maps an allocation on its own whenever a larger
//! one is freed, up to 32 MiB, and keeps up to eight arenas for each core. The buffers of a page,
//! some hundred KiB each, then come from the heaps of whichever threads touched them and stay
//! there: a long sync holds more than a short one. With both fixed it does not. `mallopt(3)` says
//! what each parameter does.

/// Allocations from this size on are mapped on their own, and returned when they are freed. It is
/// what glibc itself begins with.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAP_FROM_BYTES: libc::c_int = 128 * 1024;

/// More arenas would hold more of what was freed; fewer make threads wait for each other.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ARENAS: libc::c_int = 2;

/// What an operator sets to tune the allocator; whoever did so knows better.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const TUNED_BY: [&str; 4] = [
    "GLIBC_TUNABLES",
    "MALLOC_ARENA_MAX",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_TRIM_THRESHOLD_",
];

/// Bounds what the allocator keeps of freed memory. To be called before any thread is started:
/// an arena that exists stays. Does nothing where the C library is not glibc, or when the
/// environment tunes it already.
pub fn give_memory_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    if TUNED_BY.iter().all(|name| std::env::var_os(name).is_none()) {
        set(libc::M_MMAP_THRESHOLD, MAP_FROM_BYTES);
        set(libc::M_TRIM_THRESHOLD, MAP_FROM_BYTES);
        set(libc::M_ARENA_MAX, ARENAS);
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "no safe binding of mallopt exists")]
fn set(parameter: libc::c_int, value: libc::c_int) {
    // SAFETY: `mallopt` takes two integers by value, touches no memory of the caller, and may be
    // called at any time. A parameter that it refuses stays as it was, which costs memory alone.
    unsafe {
        libc::mallopt(parameter, value);
    }
}
