//! Rows, columns, slices and choices of an array, and other shapes of it.

#![expect(clippy::op_ref, reason = "each kind of operand is another instance")]

use ndarray::{Array1, Array2, Array3, Array4, ArrayD, Axis, concatenate, s, stack};

macro_rules! outer {
    ($($name:ident: $array:ty;)*) => {$(
        pub fn $name(array: &$array, chosen: &[usize]) -> $array {
            let mut copy = array.select(Axis(0), chosen);
            let same: $array = array.to_owned().into_dyn().into_dimensionality().expect("its own axes");
            copy += &same;
            for (mut part, other) in copy.outer_iter_mut().zip(array.outer_iter()) {
                part.assign(&other);
                part += &other;
            }
            for (mut part, other) in copy.axis_iter_mut(Axis(0)).zip(array.axis_iter(Axis(0))) {
                part.assign(&other);
            }
            for (i, part) in array.outer_iter().enumerate() {
                copy.index_axis_mut(Axis(0), i).assign(&part);
                copy.index_axis_mut(Axis(0), i).assign(&array.index_axis(Axis(0), i));
            }
            let both = concatenate(Axis(0), &[copy.view(), array.view()]).expect("like shapes");
            let longer = array.view().insert_axis(Axis(0)).to_owned();
            copy + both + longer.index_axis(Axis(0), 0)
        }
    )*};
}

outer! {
    instances_outer_1: Array1<f64>;
    instances_outer_2: Array2<f64>;
    instances_outer_3: Array3<f64>;
    instances_outer_4: Array4<f64>;
    instances_outer_of_any: ArrayD<f64>;
}

pub fn instances_matrix(
    matrix: &Array2<f64>,
    vector: &Array1<f64>,
    labels: &Array1<usize>,
    chosen: &[usize],
) -> Array2<f64> {
    let mut copy = matrix.clone();
    let (rows, columns) = (matrix.nrows(), matrix.ncols());
    for (i, &label) in labels.iter().enumerate() {
        copy[[i, label]] += matrix[[i, label]] + matrix[(i, label)] + vector[i];
        copy[(i, label)] -= 1.0;
    }
    for (mut row, &label) in copy.rows_mut().into_iter().zip(labels) {
        row[label] -= row.sum() + row.iter().sum::<f64>();
    }
    for (row, number) in copy.rows().into_iter().zip(vector) {
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let other = row.fold(f64::NEG_INFINITY, |largest: f64, number| largest.max(*number));
        let third = row.iter().cloned().fold(f64::MIN, f64::max) + matrix.iter().copied().fold(0.0, f64::max);
        if largest + other + third > *number {
            break;
        }
    }
    for (i, row) in matrix.rows().into_iter().enumerate() {
        copy.row_mut(i).assign(&row);
        copy.row_mut(i).assign(&matrix.row(i));
        copy.column_mut(0).assign(vector);
        copy.row_mut(i).scaled_add(2.0, &row);
        let mut row = copy.row_mut(i);
        row += &matrix.row(i);
        row -= &matrix.row(i);
        row += vector;
    }
    for (mut row, column) in copy.outer_iter_mut().zip(matrix.columns()) {
        row += &column;
    }
    let column = vector.view().insert_axis(Axis(1));
    copy += &column;
    copy += &vector.clone().insert_axis(Axis(1));
    copy = copy / &column - &column;
    copy = &copy - &column;
    copy = &copy / &column;
    copy = &copy * &column;
    copy.slice_mut(s![0, ..]).assign(&matrix.slice(s![.., 0]));
    copy.slice_mut(s![.., 0..2]).assign(&matrix.slice(s![0..2, ..]));
    copy.slice_mut(s![0..2, 0..2]).assign(&matrix.slice(s![..2, ..2]));
    let stacked = stack(Axis(0), &[matrix.row(0), matrix.row(1)]).expect("rows of one length");
    let picked = labels.select(Axis(0), chosen).len() + vector.select(Axis(0), chosen).len();
    let flat = matrix.iter().cloned().collect::<Array1<f64>>() + matrix.flatten();
    let again = flat.into_shape_with_order((rows, columns)).expect("as many numbers");
    copy + stacked + again + matrix.t().to_owned() + matrix.clone().reversed_axes() * picked as f64
}

pub fn instances_shapes(four: &Array4<f64>, three: &Array3<f64>, two: &Array2<f64>) -> Array4<f64> {
    let (n, c, h, w) = four.dim();
    let flat = four.to_shape((n, c * h * w)).expect("as many numbers").to_owned() + two;
    let again = flat.into_shape_with_order((n, c, h, w)).expect("as many numbers");
    let merged = three.clone().into_shape_with_order((n, c * h)).expect("as many numbers") + two;
    let turned = four.view().permuted_axes([0, 2, 3, 1]).to_owned().permuted_axes([0, 3, 1, 2]);
    let mut copy = again + turned;
    for (i, j, k, l) in ndarray::indices((n, c, h, w)) {
        copy[[i, j, k, l]] += four[[i, j, k, l]] + four[(i, j, k, l)] + three[[i, j, k]] + merged[[i, j]];
    }
    copy.slice_mut(s![.., .., 0..2, 0..2]).assign(&four.slice(s![.., .., ..2, ..2]));
    copy.slice_mut(s![0, .., .., ..]).assign(&four.slice(s![1, .., .., ..]));
    copy.slice_mut(s![0, 0, .., ..]).assign(&three.slice(s![0, .., ..]));
    copy.slice_mut(s![0, .., 0, 0]).assign(&three.slice(s![.., 0, 0]));
    copy
}
