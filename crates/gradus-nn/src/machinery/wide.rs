//! Loops in the widest vector instructions of the machine that they run on, which the program finds out when it runs.

use pulp::{Arch, Simd, WithSimd};

/// Work that is compiled once for each set of vector instructions. It and all that it calls are to be `inline(always)`,
/// or they are compiled once for all machines instead.
pub(crate) trait Wide {
    type Output;

    fn run(self) -> Self::Output;
}

/// Runs the work as compiled for this machine.
pub(crate) fn wide<W: Wide>(work: W) -> W::Output {
    Arch::new().dispatch(Compiled(work))
}

struct Compiled<W>(W);

impl<W: Wide> WithSimd for Compiled<W> {
    type Output = W::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> W::Output {
        self.0.run()
    }
}
