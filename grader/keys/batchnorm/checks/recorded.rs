//! Results of PyTorch.
// GRADUS-STAFF-ONLY-7c1f4e

use std::sync::OnceLock;

use gradus_assignments::batchnorm::Running;
use ndarray::{Array1, Array2};
use serde::Deserialize;

use super::inputs::{Gradients, Inputs};

#[derive(Deserialize)]
pub struct Recorded {
    op: String,
    eps: f64,
    shape: (usize, usize),
    x: Vec<f64>,
    gamma: Vec<f64>,
    beta: Vec<f64>,
    dout: Vec<f64>,
    out: Vec<f64>,
    dx: Vec<f64>,
    dgamma: Vec<f64>,
    dbeta: Vec<f64>,
    #[serde(default)]
    share_of_batch: f64,
    #[serde(default)]
    running_mean: Vec<f64>,
    #[serde(default)]
    running_var: Vec<f64>,
    #[serde(default)]
    next_mean: Vec<f64>,
    #[serde(default)]
    next_var: Vec<f64>,
    #[serde(default)]
    out_in_evaluation: Vec<f64>,
}

impl Recorded {
    /// Those of `batch_norm` or of `layer_norm`.
    pub fn of(op: &str) -> impl Iterator<Item = &'static Recorded> {
        #[derive(Deserialize)]
        struct File {
            cases: Vec<Recorded>,
        }
        static CASES: OnceLock<Vec<Recorded>> = OnceLock::new();
        let cases = CASES.get_or_init(|| {
            let file: File = serde_json::from_str(include_str!("../recorded/pytorch.json")).expect("a file of cases");
            file.cases
        });
        assert!(cases.iter().any(|case| case.op == op), "without a case every answer would pass");
        cases.iter().filter(move |case| case.op == op)
    }

    fn matrix(&self, numbers: &[f64]) -> Array2<f64> {
        Array2::from_shape_vec(self.shape, numbers.to_vec()).expect("as many numbers")
    }

    pub fn inputs(&self) -> Inputs {
        let vector = |numbers: &[f64]| Array1::from_vec(numbers.to_vec());
        Inputs {
            x: self.matrix(&self.x),
            gamma: vector(&self.gamma),
            beta: vector(&self.beta),
            eps: self.eps,
            dout: self.matrix(&self.dout),
            momentum: 1.0 - self.share_of_batch,
            running: if self.op == "batch_norm" {
                Running { mean: vector(&self.running_mean), var: vector(&self.running_var) }
            } else {
                Running::new(self.shape.1)
            },
        }
    }

    pub fn out(&self) -> Array2<f64> {
        self.matrix(&self.out)
    }

    pub fn out_in_evaluation(&self) -> Array2<f64> {
        self.matrix(&self.out_in_evaluation)
    }

    pub fn gradients(&self) -> Gradients {
        let vector = |numbers: &[f64]| Array1::from_vec(numbers.to_vec());
        (self.matrix(&self.dx), vector(&self.dgamma), vector(&self.dbeta))
    }

    /// PyTorch's running variance takes in the variance divided by `n - 1`; here it is divided by `n`.
    pub fn next_running(&self) -> Running {
        let n = self.shape.0 as f64;
        let old = Array1::from_vec(self.running_var.clone()) * (1.0 - self.share_of_batch);
        let var = (Array1::from_vec(self.next_var.clone()) - &old) * ((n - 1.0) / n) + old;
        Running { mean: Array1::from_vec(self.next_mean.clone()), var }
    }
}
