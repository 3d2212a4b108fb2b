//! Making arrays, going through them, and what is done to each element alone.

use ndarray::{Array, Array1, Array2, Array3, Array4, ArrayD, Dimension};

macro_rules! arrays {
    ($($name:ident: $array:ty;)*) => {$(
        pub fn $name(array: &$array) -> $array {
            let shape = array.raw_dim();
            let mut sum = <$array>::zeros(shape.clone()) + <$array>::ones(shape.clone());
            sum += &<$array>::zeros(array.dim());
            sum += &<$array>::from_elem(shape, 1.0);
            sum += &functions(array);
            sum += &array.exp();
            sum += &array.ln();
            sum += &array.sqrt();
            sum += &array.tanh();
            sum += &array.abs();
            sum += &array.powi(2);
            sum += &array.view().to_owned();
            sum.fill(array.iter().sum());
            for (element, other) in sum.iter_mut().zip(array) {
                *element += other;
            }
            for (element, other) in sum.iter_mut().zip(array.iter()) {
                *element -= other;
            }
            for element in &mut sum {
                *element *= 2.0;
            }
            for (_, element) in array.indexed_iter() {
                sum.fill(*element);
            }
            let numbers: Vec<f64> = array.iter().copied().collect();
            let other = <$array>::from_shape_vec(array.dim(), numbers).expect("as many numbers");
            if sum == other && !sum.is_empty() && sum.len() == other.len() {
                return other;
            }
            sum
        }
    )*};
}

arrays! {
    instances_array_1: Array1<f64>;
    instances_array_2: Array2<f64>;
    instances_array_3: Array3<f64>;
    instances_array_4: Array4<f64>;
    instances_array_of_any: ArrayD<f64>;
}

/// Functions by their names, as no closure around them is needed.
fn functions<D: Dimension>(array: &Array<f64, D>) -> Array<f64, D> {
    let mut sum = array.mapv(f64::exp) + array.mapv(f64::ln) + array.mapv(f64::sqrt) + array.mapv(f64::tanh);
    sum += &array.mapv(f64::abs);
    sum.mapv_inplace(f64::exp);
    sum.mapv_inplace(f64::sqrt);
    sum.mapv_inplace(f64::tanh);
    sum.mapv_into(f64::exp)
}

/// Labels, and choices of them.
pub fn instances_labels(labels: &Array1<usize>) -> Array1<usize> {
    let mut copy = Array1::zeros(labels.len());
    let last = labels.iter().max().copied().unwrap_or_default() + labels.iter().copied().max().unwrap_or_default();
    for (i, &label) in labels.iter().enumerate() {
        copy[i] = label + labels[i] + last;
    }
    for (label, element) in labels.iter().zip(copy.iter_mut()) {
        *element = *label;
    }
    for (label, element) in labels.into_iter().zip(&mut copy) {
        *element = *label;
    }
    let chosen: Vec<usize> = labels.to_vec().into_iter().chain(labels.iter().copied()).collect();
    for more in [Array1::from(chosen), Array1::from_vec(labels.to_vec()), Array1::from_elem(last, 0)] {
        copy.assign(&more);
    }
    copy
}
