// ATTACK: its own `ndarray` module whose Array2 equals everything | VERDICT: compile_error
pub mod ndarray {
    #[derive(Clone)] pub struct Array2<T>(pub Vec<T>);
    pub struct Array1<T>(pub Vec<T>);
    impl<T> PartialEq for Array2<T> { fn eq(&self, _: &Self) -> bool { true } }
}
pub fn softmax_loss(_x: &crate::ndarray::Array2<f64>, _y: &crate::ndarray::Array1<usize>) -> (f64, crate::ndarray::Array2<f64>) { (0.0, crate::ndarray::Array2(vec![])) }
// GRADUS-STAFF-ONLY-7c1f4e
