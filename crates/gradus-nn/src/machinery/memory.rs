//! What becomes of memory that is not needed any more.

/// Lets the process keep the memory of arrays that are dropped, for those to come.
///
/// A step of training makes and drops many arrays of some megabytes. By default the C library gives such memory back to the
/// system, which hands it out again page by page and zeroed; that can take a fifth of the time of a layer. A program that
/// trains calls this once at its start; its memory then stays as large as it was at the most. So that this is not the most of
/// each thread there ever was, all threads share two pools of it. It holds for the whole process, for threads to come too, on
/// Linux with the GNU C library; elsewhere nothing happens.
///
/// ```
/// gradus_nn::keep_freed_memory();
/// ```
#[cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "the allocator's settings are set by a function of the C library")
)]
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        const NEVER: i32 = 1 << 30; // bytes
        const POOLS: i32 = 2;
        // SAFETY: `mallopt` takes two numbers and sets a number of the allocator's.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, NEVER);
            libc::mallopt(libc::M_TRIM_THRESHOLD, NEVER);
            libc::mallopt(libc::M_ARENA_MAX, POOLS);
        }
    }
}
