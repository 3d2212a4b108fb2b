//! The random numbers of NumPy's `numpy.random.seed`, from which CS231n's notebooks draw what they print results of: the
//! Mersenne Twister of Matsumoto and Nishimura (1998), and Marsaglia's polar method for normal numbers.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array2;

const LENGTH: usize = 624;

pub struct Numpy {
    state: Vec<u32>,
    used: usize,
    second: Option<f64>,
}

impl Numpy {
    pub fn seed(seed: u32) -> Self {
        let mut state = vec![seed];
        for i in 1..LENGTH as u32 {
            let last = state[i as usize - 1];
            state.push((last ^ (last >> 30)).wrapping_mul(1_812_433_253).wrapping_add(i));
        }
        Self { state, used: LENGTH, second: None }
    }

    fn bits(&mut self) -> u32 {
        if self.used == LENGTH {
            for i in 0..LENGTH {
                let both = (self.state[i] & 1 << 31) | (self.state[(i + 1) % LENGTH] & !(1 << 31));
                let twist = if both & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[i] = self.state[(i + 397) % LENGTH] ^ both >> 1 ^ twist;
            }
            self.used = 0;
        }
        let mut bits = self.state[self.used];
        self.used += 1;
        bits ^= bits >> 11;
        bits ^= bits << 7 & 0x9d2c_5680;
        bits ^= bits << 15 & 0xefc6_0000;
        bits ^ bits >> 18
    }

    /// Evenly distributed from -1 to 1.
    fn even(&mut self) -> f64 {
        let (high, low) = (f64::from(self.bits() >> 5), f64::from(self.bits() >> 6));
        2.0 * ((high * 67_108_864.0 + low) / 9_007_199_254_740_992.0) - 1.0
    }

    fn normal(&mut self) -> f64 {
        if let Some(second) = self.second.take() {
            return second;
        }
        loop {
            let (a, b) = (self.even(), self.even());
            let square = a * a + b * b;
            if square < 1.0 && square != 0.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.second = Some(factor * a);
                return factor * b;
            }
        }
    }

    /// `numpy.random.randn(rows, columns)`.
    pub fn randn(&mut self, rows: usize, columns: usize) -> Array2<f64> {
        Array2::from_shape_simple_fn((rows, columns), || self.normal())
    }

    /// `numpy.random.randint(below, size=count)`.
    pub fn randint(&mut self, below: u32, count: usize) -> Vec<usize> {
        let mask = u32::MAX >> (below - 1).leading_zeros();
        let mut draw = || loop {
            let candidate = self.bits() & mask;
            if candidate < below {
                return candidate as usize;
            }
        };
        (0..count).map(|_| draw()).collect()
    }
}
