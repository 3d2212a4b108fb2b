//! Products of matrices and vectors, and sums.

use ndarray::{Array0, Array1, Array2, Array3, Array4, Axis};

pub fn instances_products(matrix: &Array2<f64>, vector: &Array1<f64>) -> Array2<f64> {
    let mut sum = matrix.dot(matrix) + matrix.t().dot(matrix) + matrix.dot(&matrix.t()) + matrix.t().dot(&matrix.t());
    sum += &matrix.view().dot(matrix);
    sum += &matrix.dot(&matrix.view());
    sum += &matrix.view().dot(&matrix.view());
    sum += &(matrix.dot(vector) + matrix.t().dot(vector) + vector.dot(matrix) + matrix.dot(&vector.view()));
    let row = matrix.row(0);
    sum += &(row.dot(matrix) + matrix.dot(&row));
    sum * (vector.dot(vector) + vector.dot(&row) + row.dot(vector) + row.dot(&row))
}

macro_rules! sums {
    ($($name:ident: $array:ty, $smaller:ty;)*) => {$(
        pub fn $name(array: &$array) -> $smaller {
            let mut sum = array.sum_axis(Axis(0)) + array.view().sum_axis(Axis(0));
            sum += &array.mean_axis(Axis(0)).expect("a longer axis");
            sum += &array.var_axis(Axis(0), 0.0);
            sum += &array.std_axis(Axis(0), 0.0);
            sum += array.sum() + array.mean().unwrap_or_default() + array.view().sum();
            sum
        }
    )*};
}

sums! {
    instances_sums_1: Array1<f64>, Array0<f64>;
    instances_sums_2: Array2<f64>, Array1<f64>;
    instances_sums_3: Array3<f64>, Array2<f64>;
    instances_sums_4: Array4<f64>, Array3<f64>;
}
