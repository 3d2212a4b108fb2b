//! What readers see, recorded.

use std::fmt::Write;

use gradus_show::{array, images, looks_like_images};
use ndarray::{Array0, Array1, Array2, Array3, Array4, array as values};

#[test]
fn arrays_as_text() {
    let mut text = String::new();
    let mut add = |name: &str, formats: gradus_show::Formats| {
        let _ = writeln!(text, "{name}:\n{}\n", formats["text/plain"]);
    };
    add("a number", array(&Array0::from_elem((), 2.5)));
    add("a vector", array(&values![1.0, 2.0, -3.5]));
    add("labels", array(&Array1::from_shape_fn(60, |i| i * 7 % 10)));
    add("a matrix", array(&values![[0.25_f32, 1e-5], [-1.0, 10.0]]));
    add("a mask", array(&values![[true, false], [false, true]]));
    add("weights", array(&Array2::from_shape_fn((784, 12), |(i, j)| (i * 12 + j) as f64)));
    add("a batch", array(&Array4::from_shape_fn((2, 3, 2, 2), |(n, c, i, j)| (n * 12 + c * 4 + i * 2 + j) as i32)));
    add("very different sizes", array(&values![[1e-9, f64::NAN], [f64::INFINITY, 2e12]]));
    add("nothing", array(&Array2::<f64>::zeros((0, 3))));
    insta::assert_snapshot!(text);
}

#[test]
fn a_table_has_a_cell_for_each_number_and_names_its_axes() {
    let html = &array(&values![[1.5, -2.0], [0.0, 4.0]])["text/html"];
    assert_eq!(html.matches("<td").count(), 4);
    assert_eq!(html.matches("<th").count(), 5);
    assert!(html.contains(">-2.0</td>") && html.contains("Array2&lt;f64&gt;, shape [2, 2]"));
    let long = &array(&Array2::<usize>::zeros((1000, 1000)))["text/html"];
    assert_eq!(long.matches("<td").count(), 81, "four at each end, and one place for the rest");
}

#[test]
fn images_are_pictures_of_the_right_size() {
    for shape in [vec![2, 1, 8, 8], vec![3, 8, 8], vec![5, 8, 8], vec![8, 8]] {
        let x = ndarray::ArrayD::<f32>::from_elem(shape.clone(), 0.5);
        let formats = images(&x).unwrap();
        assert!(formats["image/png"].starts_with("iVBORw0KGgo"), "{shape:?}");
    }
    let error = images(&Array4::<f64>::zeros((1, 2, 8, 8))).unwrap_err();
    assert!(error.to_string().ends_with("but this array's is [1, 2, 8, 8]"));
    assert!(images(&Array3::<f64>::zeros((0, 8, 8))).is_err());
}

#[test]
fn only_what_looks_like_images_is_shown_as_images() {
    assert!(looks_like_images::<f64>(&[10, 3, 32, 32]) && looks_like_images::<u8>(&[6000, 28, 28]));
    assert!(!looks_like_images::<f64>(&[10, 20, 30]) && !looks_like_images::<f64>(&[10, 3, 2, 2]));
    assert!(!looks_like_images::<f64>(&[100, 100]) && !looks_like_images::<f64>(&[0, 3, 32, 32]));
}
