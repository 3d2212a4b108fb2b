//! The file format: cases with their inputs and expected outputs, and what the modules take out of them.

use ndarray::{Array1, Array2, ArrayD};
use serde_json::{Map, Value};

use super::{Inputs, Outputs};

/// One recorded call.
pub struct Case {
    /// The name to report it by.
    pub id: String,
    /// The operation, for example `conv2d`.
    pub op: String,
    /// Its hyper-parameters by name.
    pub params: Value,
    /// The arrays it is given.
    pub inputs: Inputs,
    /// The upstream gradient, where the operation is not itself a loss.
    pub grad_output: Option<ArrayD<f64>>,
    /// What it must give.
    pub expected: Outputs,
}

/// Reads all cases of a file. The error says which case is not as the format wants it.
pub fn read_cases(text: &str) -> Result<Vec<Case>, String> {
    let file: Value = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
    let cases =
        file["cases"].as_array().ok_or("there is no list \"cases\". Hint: is this a file of recorded cases?")?;
    if cases.is_empty() {
        return Err("the list \"cases\" is empty".into());
    }
    let numbered = cases.iter().enumerate();
    let cases = numbered.map(|(index, case)| read_case(case).map_err(|error| format!("cases[{index}]: {error}")));
    cases.collect()
}

fn read_case(case: &Value) -> Result<Case, String> {
    let text = |name: &str| case[name].as_str().map(str::to_owned).ok_or(format!("{name} must be a text"));
    let grad_output = case.get("grad_output").filter(|grad| !grad.is_null());
    Ok(Case {
        id: text("id")?,
        op: text("op")?,
        params: case["params"].clone(),
        inputs: read_arrays(case, "inputs")?,
        grad_output: grad_output.map(|grad| read_array(grad, "grad_output")).transpose()?,
        expected: read_arrays(case, "expected")?,
    })
}

fn read_arrays(case: &Value, name: &str) -> Result<Inputs, String> {
    let arrays: &Map<String, Value> = case[name].as_object().ok_or(format!("{name} must be an object of arrays"))?;
    arrays.iter().map(|(key, array)| Ok((key.clone(), read_array(array, &format!("{name}.{key}"))?))).collect()
}

fn read_array(array: &Value, name: &str) -> Result<ArrayD<f64>, String> {
    let numbers = |field: &str| array[field].as_array().ok_or(format!("{name}.{field} must be a list of numbers"));
    let length = |length: &Value| length.as_u64().map(|length| length as usize).ok_or("not a length");
    let shape = numbers("shape")?.iter().map(length).collect::<Result<Vec<_>, _>>();
    let data =
        numbers("data")?.iter().map(|number| number.as_f64().ok_or("not a number")).collect::<Result<Vec<_>, _>>();
    let shape = shape.map_err(|error| format!("{name}.shape: {error}"))?;
    let data = data.map_err(|error| format!("{name}.data: {error}"))?;
    ArrayD::from_shape_vec(shape, data).map_err(|_| format!("{name}: the data do not fill the shape"))
}

/// The input of that name, with any number of axes.
pub fn input<'a>(inputs: &'a Inputs, name: &str) -> &'a ArrayD<f64> {
    inputs.get(name).unwrap_or_else(|| panic!("the case has no input {name}"))
}

/// The input of that name as a vector, whatever its shape: some programs record (1, channels, 1, 1) for (channels).
pub fn vector(inputs: &Inputs, name: &str) -> Array1<f64> {
    input(inputs, name).iter().copied().collect()
}

/// The input of that name as whole numbers.
pub fn labels(inputs: &Inputs, name: &str) -> Array1<usize> {
    input(inputs, name).iter().map(|&label| label as usize).collect()
}

/// The input of that name as a matrix.
pub fn matrix(inputs: &Inputs, name: &str) -> Array2<f64> {
    let array = input(inputs, name);
    let wrong = |_| panic!("input {name} needs 2 axes, but is {:?}", array.shape());
    array.clone().into_dimensionality().unwrap_or_else(wrong)
}

/// The parameter of that name, or `default` where the case does not give it.
pub fn number(params: &Value, name: &str, default: f64) -> f64 {
    match params.get(name) {
        None => default,
        Some(value) => value.as_f64().unwrap_or_else(|| panic!("parameter {name} must be a number, but is {value}")),
    }
}

/// Outputs from pairs of name and array.
pub fn outputs<const N: usize>(named: [(&str, ArrayD<f64>); N]) -> Option<Outputs> {
    Some(named.map(|(name, array)| (name.to_owned(), array)).into_iter().collect())
}
