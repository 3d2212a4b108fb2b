//! NumPy's legacy random numbers, `numpy.random.seed`: the CS231n notebooks draw their inputs from them.
//!
//! The generator is the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998); normal draws come in pairs by the polar
//! method of Marsaglia.

use ndarray::{Array, Dimension, IntoDimension};
use rand::{Rng, RngCore};

const N: usize = 624;
const M: usize = 397;

/// `numpy.random` after `numpy.random.seed(seed)`. As a [`RngCore`] it gives with `random::<f64>()` what
/// `numpy.random.rand` gives.
pub struct Numpy {
    state: [u32; N],
    next: usize,
    second_normal: Option<f64>,
}

impl Numpy {
    /// Starts as `numpy.random.seed(seed)`.
    pub fn seed(seed: u32) -> Self {
        let mut state = [seed; N];
        for i in 1..N {
            let previous = state[i - 1] ^ (state[i - 1] >> 30);
            state[i] = previous.wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        Numpy { state, next: N, second_normal: None }
    }

    /// `numpy.random.randn(*shape)`.
    pub fn randn<D: Dimension>(&mut self, shape: impl IntoDimension<Dim = D>) -> Array<f64, D> {
        Array::from_shape_simple_fn(shape.into_dimension(), || self.normal())
    }

    fn normal(&mut self) -> f64 {
        if let Some(second) = self.second_normal.take() {
            return second;
        }
        loop {
            let (a, b) = (2.0 * self.random::<f64>() - 1.0, 2.0 * self.random::<f64>() - 1.0);
            let square = a * a + b * b;
            if square < 1.0 && square != 0.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.second_normal = Some(factor * a);
                return factor * b;
            }
        }
    }

    /// `numpy.random.randint(below, size=count)`.
    pub fn randint(&mut self, below: u32, count: usize) -> Vec<usize> {
        let mask = u32::MAX >> (below - 1).leading_zeros();
        let mut draw = || loop {
            let candidate = self.next_u32() & mask;
            if candidate < below {
                return candidate as usize;
            }
        };
        (0..count).map(|_| draw()).collect()
    }

    fn renew(&mut self) {
        for i in 0..N {
            let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % N] & 0x7fff_ffff);
            let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + M) % N] ^ (y >> 1) ^ odd;
        }
        self.next = 0;
    }
}

impl RngCore for Numpy {
    fn next_u32(&mut self) -> u32 {
        if self.next == N {
            self.renew();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// 53 random bits at the top: `random::<f64>()` takes these, as NumPy does.
    fn next_u64(&mut self) -> u64 {
        let (high, low) = (u64::from(self.next_u32() >> 5), u64::from(self.next_u32() >> 6));
        ((high << 26) | low) << 11
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.next_u32() as u8);
    }
}
