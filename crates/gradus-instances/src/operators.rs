//! Arithmetic of two arrays, owned, borrowed and viewed, of the same shape or stretched; and of an array and a number.

#![expect(clippy::assign_op_pattern, reason = "each operator is another instance")]

use ndarray::{Array1, Array2, Array3, Array4, ArrayD};

/// `left` has the shape of the result.
macro_rules! arrays {
    ($($name:ident: $left:ty, $right:ty;)*) => {$(
        pub fn $name(left: &$left, right: &$right) -> $left {
            let mut sum = left + right;
            sum = sum + right;
            sum = sum - right;
            sum = sum * right;
            sum = sum / right;
            sum = sum + right.clone();
            sum = sum - right.clone();
            sum = sum * right.clone();
            sum = sum / right.clone();
            sum = sum + &right.view();
            sum = sum - &right.view();
            sum += &(left - right);
            sum += &(left * right);
            sum += &(left / right);
            sum += &(left + right.clone());
            sum += &(left - right.clone());
            sum += &(left * right.clone());
            sum += &(&left.view() + right);
            sum += &(&left.view() - right);
            sum += &(&left.view() * right);
            sum += &(&left.view() - &right.view());
            sum += right;
            sum -= right;
            sum *= right;
            sum /= right;
            sum += &right.view();
            sum -= &right.view();
            sum.view_mut().assign(right);
            sum.assign(&right.view());
            let mut view = sum.view_mut();
            view += right;
            view -= right;
            view *= right;
            view /= right;
            view += &right.view();
            sum
        }
    )*};
}

arrays! {
    instances_same_1: Array1<f64>, Array1<f64>;
    instances_same_2: Array2<f64>, Array2<f64>;
    instances_same_3: Array3<f64>, Array3<f64>;
    instances_same_4: Array4<f64>, Array4<f64>;
    instances_same_of_any: ArrayD<f64>, ArrayD<f64>;
    instances_stretched_1_2: Array2<f64>, Array1<f64>;
    instances_stretched_1_3: Array3<f64>, Array1<f64>;
    instances_stretched_2_3: Array3<f64>, Array2<f64>;
}

macro_rules! numbers {
    ($($name:ident: $array:ty;)*) => {$(
        pub fn $name(array: &$array, number: f64) -> $array {
            let mut sum = array + number;
            sum += &(array - number);
            sum += &(array * number);
            sum += &(array / number);
            sum += &(number + array);
            sum += &(number - array);
            sum += &(number * array);
            sum += &(number / array);
            sum += &(&array.view() * number);
            sum += &(-array);
            sum = -sum;
            sum = sum + number;
            sum = sum - number;
            sum = sum * number;
            sum = sum / number;
            sum = number + sum;
            sum = number - sum;
            sum = number * sum;
            sum = number / sum;
            sum += number;
            sum -= number;
            sum *= number;
            sum /= number;
            let mut view = sum.view_mut();
            view += number;
            view -= number;
            view *= number;
            view /= number;
            sum.scaled_add(number, array);
            sum
        }
    )*};
}

numbers! {
    instances_number_1: Array1<f64>;
    instances_number_2: Array2<f64>;
    instances_number_3: Array3<f64>;
    instances_number_4: Array4<f64>;
    instances_number_of_any: ArrayD<f64>;
}
