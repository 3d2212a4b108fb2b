//! Convolution, pooling and upsampling against recorded values, of PyTorch and of the CS231n notebooks.

use crate::conformance_program::vision;
use std::collections::BTreeMap;

use gradus_check::{Tolerance, compare, relative_error};
use gradus_nn::conv::{ConvParams, conv_forward, conv_forward_naive};
use gradus_nn::pool::{PoolParams, max_pool_forward, max_pool_forward_naive};
use ndarray::{Array, Array4, ArrayD, Dimension, IxDyn};
use serde_json::{Value, json};

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().expect("a number")],
    }
}

fn shape(value: &Value) -> Vec<usize> {
    numbers(value).into_iter().map(|length| length as usize).collect()
}

fn array(value: &Value) -> ArrayD<f64> {
    ArrayD::from_shape_vec(shape(&value["shape"]), numbers(&value["data"])).expect("data of that shape")
}

fn arrays(value: &Value) -> BTreeMap<String, ArrayD<f64>> {
    value.as_object().expect("arrays by name").iter().map(|(name, value)| (name.clone(), array(value))).collect()
}

#[test]
fn every_operation_gives_what_pytorch_gave() {
    let recorded: Value = serde_json::from_str(include_str!("fixtures/vision_pytorch.json")).expect("JSON");
    let cases = recorded["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 14);
    for case in cases {
        let (id, op, grad) = (&case["id"], case["op"].as_str().expect("a name"), array(&case["grad_output"]));
        let outputs = vision::run(op, &case["params"], &arrays(&case["inputs"]), Some(&grad)).expect("known");
        let expected = arrays(&case["expected"]);
        assert_eq!(outputs.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{id}");
        for (name, expected) in &expected {
            let error = relative_error(&outputs[name], expected);
            assert!(error < 1e-9, "{id}: {name} is off by {error:e}");
        }
    }
}

/// `numpy.linspace(start, stop, num)` in the given shape.
fn linspace<D: Dimension>(described: &Value) -> Array<f64, D> {
    let number = |name: &str| described[name].as_f64().expect("a number");
    let values = Array::linspace(number("start"), number("stop"), number("num") as usize);
    let values = ArrayD::from_shape_vec(IxDyn(&shape(&described["reshape"])), values.to_vec()).expect("as many");
    values.into_dimensionality().expect("that many axes")
}

#[test]
fn the_figures_of_the_courses_notebook() {
    let recorded: Value = serde_json::from_str(include_str!("fixtures/conv_cs231n.json")).expect("JSON");
    let published =
        |fact: &Value| Array4::from_shape_vec((2, 3, 2, 2), numbers(&fact["expected"])).expect("24 numbers");
    let eight_decimals = Tolerance::new(0.0, 1e-8);

    let fact = &recorded["facts"][0];
    let (x, w): (Array4<f64>, Array4<f64>) = (linspace(&fact["inputs"]["x"]), linspace(&fact["inputs"]["w"]));
    let b = linspace(&fact["inputs"]["b"]);
    for (y, _) in
        [conv_forward(&x, &w, &b, ConvParams::new(2, 1)), conv_forward_naive(&x, &w, &b, ConvParams::new(2, 1))]
    {
        assert_eq!(compare(&y, &published(fact), eight_decimals), Ok(()));
    }

    let fact = &recorded["facts"][1];
    let x: Array4<f64> = linspace(&fact["inputs"]["x"]);
    for (y, _) in [max_pool_forward(&x, PoolParams::new(2, 2)), max_pool_forward_naive(&x, PoolParams::new(2, 2))] {
        assert_eq!(compare(&y, &published(fact), eight_decimals), Ok(()));
    }
}

#[test]
fn parameters_may_be_pairs_or_left_out() {
    let x = ArrayD::from_shape_fn(vec![1, 2, 5, 6], |index| (index[1] * 30 + index[2] * 6 + index[3]) as f64);
    let inputs = BTreeMap::from([("x".to_owned(), x), ("w".to_owned(), ArrayD::ones(vec![2, 1, 2, 2]))]);
    let shape_of =
        |op: &str, params: Value| vision::run(op, &params, &inputs, None).expect("known")["y"].shape().to_vec();
    assert_eq!(shape_of("conv2d", json!({"groups": 2, "stride": [1, 2], "padding": [0, 1]})), [1, 2, 4, 4]);
    assert_eq!(
        shape_of("conv_transpose2d", json!({"groups": 2, "stride": 2, "output_padding": [1, 0]})),
        [1, 2, 11, 12]
    );
    assert_eq!(shape_of("max_pool2d", json!({"kernel": [2, 3]})), [1, 2, 2, 2]);
    assert_eq!(shape_of("avg_pool2d", json!({"kernel": 3, "stride": 2, "padding": 1})), [1, 2, 3, 3]);
    assert_eq!(shape_of("upsample_nearest2d", json!({"scale": [2, 1.5]})), [1, 2, 10, 9]);
    assert_eq!(shape_of("upsample_bilinear2d", json!({"scale": 3, "align_corners": true})), [1, 2, 15, 18]);
    assert_eq!(vision::run("linear", &json!({}), &inputs, None), None);
}
