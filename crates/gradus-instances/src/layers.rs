//! What answers use of the topic `two_layer_net`.

use gradus_nn::activations::{relu_backward, relu_forward};
use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
use ndarray::{Array1, Array2, Array3, Array4, ArrayD};

macro_rules! layers {
    ($($name:ident: $array:ty;)*) => {$(
        pub fn $name(x: &$array, w: &Array2<f64>, b: &Array1<f64>) -> $array {
            let (out, cache) = affine_forward(x, w, b);
            let (dx, dw, db) = affine_backward(&out, &cache);
            let (out, cache) = affine_relu_forward(&dx, &dw, &db);
            let (dx, _, _) = affine_relu_backward(&out, &cache);
            let (out, cache) = relu_forward(&dx);
            relu_backward(&out, &cache)
        }
    )*};
}

layers! {
    instances_layers_2: Array2<f64>;
    instances_layers_3: Array3<f64>;
    instances_layers_4: Array4<f64>;
    instances_layers_of_any: ArrayD<f64>;
}
