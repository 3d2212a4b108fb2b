//! Real panics, each with its hint. Their messages are not recorded: some of ndarray's differ with debug assertions.

use std::fmt::Write;
use std::hint::black_box;
use std::panic::{self, UnwindSafe};

use gradus_hints::explain_panic;
use ndarray::{Array1, Array2, s};

#[test]
fn panics_that_beginners_meet() {
    let matrix = || Array2::<f64>::zeros((2, 3));
    let vector = |length| Array1::<f64>::zeros(length);
    let none = || black_box(None::<f64>);
    let list = || black_box(vec![1, 2, 3]);
    let mut text = String::new();
    let mut record = |name: &str, message: String| {
        let hint = explain_panic(&message).unwrap_or_else(|| format!("no hint for {message}"));
        let _ = writeln!(text, "{name}: {hint}\n");
    };
    record("open question", message(|| todo!()));
    record("open question with text", message(|| todo!("compute the loss")));
    record("sum of shapes", message(|| forget(&matrix() + &vector(4))));
    record(
        "sum in place",
        message(|| {
            let mut a = matrix();
            a += &Array2::zeros((3, 3));
        }),
    );
    record("product", message(|| forget(matrix().dot(&matrix()))));
    record("new shape", message(|| forget(matrix().into_shape_with_order((4, 2)).unwrap())));
    record("shape of a list", message(|| forget(Array2::from_shape_vec((2, 2), vec![1.0]).unwrap())));
    record("zip", message(|| ndarray::Zip::from(&vector(3)).and(&vector(4)).for_each(|_, _| ())));
    record("element", message(|| forget(black_box(matrix()[[2, 0]]))));
    record("row", message(|| forget(matrix().row(5).to_owned())));
    record("slice", message(|| forget(matrix().slice(s![0..5, ..]).to_owned())));
    record("list", message(|| forget(list()[black_box(3)])));
    record("empty list", message(|| forget(black_box(Vec::<f64>::new())[black_box(0)])));
    record("range", message(|| forget(list()[1..black_box(5)].to_vec())));
    record("no value", message(|| forget(none().unwrap())));
    record("failure", message(|| forget("x".parse::<i32>().unwrap())));
    record("key", message(|| forget(std::collections::HashMap::<&str, i32>::new()["a"])));
    record("below 0", message(|| forget(black_box(0usize) - black_box(1))));
    record("too large", message(|| forget(black_box(i32::MAX) * black_box(2))));
    record("division", message(|| forget(1 / black_box(0))));
    record("pieces", message(|| list().chunks(black_box(0)).for_each(drop)));
    record(
        "borrowed twice",
        message(|| {
            let cell = std::cell::RefCell::new(1);
            let _first = cell.borrow_mut();
            forget(cell.borrow_mut());
        }),
    );
    record("text", message(|| forget("é"[..black_box(1)].to_owned())));
    assert!(!text.contains("no hint for"), "{text}");
    insta::assert_snapshot!(text);
}

fn message(body: impl FnOnce() + UnwindSafe) -> String {
    let payload = panic::catch_unwind(body).expect_err("it panics");
    let owned = payload.downcast_ref::<String>().cloned();
    owned.unwrap_or_else(|| (*payload.downcast_ref::<&str>().expect("a text")).to_owned())
}

/// Uses a value, also one that is only copied.
fn forget<T>(_: T) {}

/// What ndarray 0.17.2 says with other settings than these tests are built with.
#[test]
fn assertions_of_ndarray() {
    let messages = [
        ("assertion failed: self.len() == rhs.len()", "same length"),
        ("assertion failed: part.equal_dim(dimension)", "same shape"),
        ("assertion failed: index < dim", "outside the axis"),
        ("assertion failed: end <= axis_len", "beyond the end"),
        ("assertion failed: axis < self.ndim()", "no such axis"),
    ];
    for (message, hint) in messages {
        assert!(explain_panic(message).unwrap().contains(hint), "{message}");
    }
    assert!(explain_panic("assertion failed: loss < 1.0").is_none());
}
