//! Arrays by name: the parameters of a network, and their gradients.

use std::collections::{BTreeMap, btree_map};

use ndarray::{Array, ArrayD, ArrayView, ArrayView1, ArrayView2, ArrayView4, Dimension};

use crate::Scalar;

/// Arrays of any dimension by name, in the order of their names.
///
/// ```
/// use gradus_nn::networks::Parameters;
/// use ndarray::array;
/// let mut parameters = Parameters::new();
/// parameters.insert("w1", array![[1.0, 2.0], [3.0, 4.0]]);
/// parameters.insert("b1", array![0.0, 0.5]);
/// assert_eq!(parameters.vector("b1"), array![0.0, 0.5]);
/// assert_eq!(array![1.0, 1.0].dot(&parameters.matrix("w1")), array![4.0, 6.0]);
/// assert_eq!(parameters.iter().map(|(name, array)| (name, array.len())).collect::<Vec<_>>(), [("b1", 2), ("w1", 4)]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters<F>(BTreeMap<String, ArrayD<F>>);

impl<F> Default for Parameters<F> {
    fn default() -> Self {
        Parameters(BTreeMap::new())
    }
}

impl<F: Scalar> Parameters<F> {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an array, or replaces the one of that name.
    pub fn insert<D: Dimension>(&mut self, name: impl Into<String>, array: Array<F, D>) {
        self.0.insert(name.into(), array.into_dyn());
    }

    /// The array of that name, if there is one.
    pub fn get(&self, name: &str) -> Option<&ArrayD<F>> {
        self.0.get(name)
    }

    /// The array of that name to change, if there is one.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut ArrayD<F>> {
        self.0.get_mut(name)
    }

    /// The array of that name, with 1 axis: a bias, a scale or a shift.
    ///
    /// # Panics
    /// If there is no array of that name, or it has another number of axes.
    #[track_caller]
    pub fn vector(&self, name: &str) -> ArrayView1<'_, F> {
        self.with_axes("vector", name)
    }

    /// The array of that name, with 2 axes: the weights of an affine layer.
    ///
    /// # Panics
    /// As [`vector`](Self::vector).
    #[track_caller]
    pub fn matrix(&self, name: &str) -> ArrayView2<'_, F> {
        self.with_axes("matrix", name)
    }

    /// The array of that name, with 4 axes: the filters of a convolution.
    ///
    /// # Panics
    /// As [`vector`](Self::vector).
    #[track_caller]
    pub fn filters(&self, name: &str) -> ArrayView4<'_, F> {
        self.with_axes("filters", name)
    }

    /// The array of that name, with as many axes as the caller expects.
    #[cfg(feature = "attention")]
    #[track_caller]
    pub(crate) fn view<D: Dimension>(&self, name: &str) -> ArrayView<'_, F, D> {
        self.with_axes("view", name)
    }

    #[track_caller]
    fn with_axes<D: Dimension>(&self, operation: &str, name: &str) -> ArrayView<'_, F, D> {
        let Some(array) = self.0.get(name) else {
            let names: Vec<&str> = self.0.keys().map(String::as_str).collect();
            panic!("Parameters::{operation}: there is no {name}, only {}", names.join(", "));
        };
        let Ok(view) = array.view().into_dimensionality() else {
            let axes = D::NDIM.expect("a fixed number of axes");
            panic!("Parameters::{operation}: {name} needs {axes} axes, but is {:?}", array.shape());
        };
        view
    }

    /// Name and array of each, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ArrayD<F>)> {
        self.0.iter().map(|(name, array)| (name.as_str(), array))
    }

    /// As [`iter`](Self::iter), to change the arrays.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut ArrayD<F>)> {
        self.0.iter_mut().map(|(name, array)| (name.as_str(), array))
    }

    /// The number of arrays.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no arrays.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the other has arrays of the same names and shapes.
    pub fn same_shapes(&self, other: &Self) -> bool {
        let shapes = |parameters: &Self| -> Vec<(String, Vec<usize>)> {
            parameters.iter().map(|(name, array)| (name.to_owned(), array.shape().to_vec())).collect()
        };
        shapes(self) == shapes(other)
    }
}

impl<F> IntoIterator for Parameters<F> {
    type Item = (String, ArrayD<F>);
    type IntoIter = btree_map::IntoIter<String, ArrayD<F>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
