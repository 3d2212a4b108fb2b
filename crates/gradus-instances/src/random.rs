//! Random numbers and orders.

use ndarray::{Array1, Array2};
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::{Normal, StandardNormal, Uniform};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

pub fn instances_numbers(seed: u64, largest: usize) -> (Array2<f64>, Vec<usize>) {
    let mut random = StdRng::seed_from_u64(seed);
    let uniform = Uniform::new(-1.0, 1.0).expect("an interval");
    let normal = Normal::new(0.0, 1.0).expect("a finite deviation");
    let mut numbers = Array2::random_using((largest, largest), uniform, &mut random);
    numbers += &Array2::random_using((largest, largest), normal, &mut random);
    numbers += &Array2::<f64>::random_using((largest, largest), StandardNormal, &mut random);
    numbers += &Array1::random_using(largest, normal, &mut random);
    numbers += random.random_range(-1.0..1.0) + random.random::<f64>() + random.sample(normal) + random.sample(uniform);
    let standard: f64 = random.sample(StandardNormal);
    numbers += standard * f64::from(u8::from(random.random_bool(0.5)));
    let mut order: Vec<usize> = (0..largest).collect();
    order.shuffle(&mut random);
    order.push(random.random_range(0..largest));
    (numbers, order)
}
