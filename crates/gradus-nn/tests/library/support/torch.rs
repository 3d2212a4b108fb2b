//! PyTorch's random numbers on the CPU, `torch.manual_seed`: CS231n's transformer notebooks draw parameters and inputs from
//! them.
//!
//! The generator is NumPy's Mersenne Twister; what is made of its words differs.

use ndarray::{Array, Array1, Array2, Dimension, IntoDimension};
use rand::RngCore;

use super::numpy::Numpy;

/// `torch` after `torch.manual_seed(seed)`. All is drawn in single precision, as there.
pub struct Torch(Numpy);

impl Torch {
    /// Starts as `torch.manual_seed(seed)`.
    pub fn seed(seed: u32) -> Self {
        Torch(Numpy::seed(seed))
    }

    /// `torch.randn(shape)`, for at least 16 elements: pairs by the method of Box and Muller, in blocks of 16.
    pub fn randn<D: Dimension>(&mut self, shape: impl IntoDimension<Dim = D>) -> Array<f64, D> {
        let shape = shape.into_dimension();
        let count = shape.size();
        assert!(count >= 16, "PyTorch draws fewer than 16 in another way");
        let mut draws: Vec<f32> = (0..count).map(|_| self.unit()).collect();
        let (blocks, rest) = draws.as_chunks_mut::<16>();
        blocks.iter_mut().for_each(box_muller);
        if !rest.is_empty() {
            // The last 16 are drawn anew, with those that the block before them holds already.
            let mut last = [0.0; 16];
            last.fill_with(|| self.unit());
            box_muller(&mut last);
            draws[count - 16..].copy_from_slice(&last);
        }
        Array::from_shape_vec(shape, draws.into_iter().map(f64::from).collect()).expect("as many")
    }

    /// `torch.randint(below, (count,))`.
    pub fn randint(&mut self, below: u32, count: usize) -> Vec<usize> {
        (0..count).map(|_| (self.0.next_u32() % below) as usize).collect()
    }

    /// `torch.nn.Linear(inputs, outputs)`: the weights, transposed to (inputs, outputs), and the biases.
    pub fn linear(&mut self, inputs: usize, outputs: usize) -> (Array2<f64>, Array1<f64>) {
        let bound = (inputs as f64).sqrt().recip();
        let mut uniform = || f64::from(self.unit()) * 2.0 * bound - bound;
        let w = Array2::from_shape_simple_fn((outputs, inputs), &mut uniform);
        (w.reversed_axes(), Array1::from_shape_simple_fn(outputs, uniform))
    }

    /// Weights (inputs, outputs) that `weight.normal_(0, 0.02)` draws for a linear layer.
    pub fn weights(&mut self, (inputs, outputs): (usize, usize)) -> Array2<f64> {
        (self.randn((outputs, inputs)) * 0.02).reversed_axes()
    }

    /// Uniform between 0 and 1, from 24 bits.
    fn unit(&mut self) -> f32 {
        (self.0.next_u32() & 0x00ff_ffff) as f32 / 16_777_216.0
    }
}

fn box_muller(block: &mut [f32; 16]) {
    for j in 0..8 {
        let (u, v) = (1.0 - block[j], block[j + 8]);
        let (radius, angle) = ((-2.0 * u.ln()).sqrt(), std::f32::consts::TAU * v);
        (block[j], block[j + 8]) = (radius * angle.cos(), radius * angle.sin());
    }
}
