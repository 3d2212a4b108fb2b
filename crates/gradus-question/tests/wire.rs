//! Values survive the wire, and no bytes make the reader panic.

use gradus_question::{Argument, CallError, Operation, Reader, Value, protocol};
use ndarray::{Array1, Array2, Array3, ArrayD};
use proptest::prelude::*;

mod sums {
    use ndarray::{Array1, Array2};

    gradus_question::interface! {
        /// The sum of `scale * x`, and `x` itself.
        fn scaled_sum(x: &Array2<f64>, scale: f64) -> (f64, Array2<f64>);
        /// Panics on an empty array.
        fn first(x: &Array1<f64>) -> f64;
    }
}

const SUMS: sums::Functions =
    sums::Functions { scaled_sum: Some(|x, scale| (scale * x.sum(), x.clone())), first: Some(|x| x[0]) };

fn through_the_wire<T: Value>(value: &T) -> T {
    let mut bytes = Vec::new();
    Value::encode(value, &mut bytes);
    let mut reader = Reader::new(&bytes);
    let back = T::decode(&mut reader).expect("what was encoded can be decoded");
    reader.finish().expect("nothing is left over");
    back
}

/// A two is neither true nor false.
#[test]
fn other_numbers_are_no_truth_values() {
    let mut bytes = Vec::new();
    Array1::from_vec(vec![0_usize, 1, 2]).encode(&mut bytes);
    assert!(Array1::<bool>::decode(&mut Reader::new(&bytes)).is_err());
}

proptest! {
    #[test]
    fn values_survive(
        number in any::<f64>(),
        whole in any::<u64>(),
        text in ".{0,40}",
        (rows, columns) in (0usize..6, 0usize..6),
        labels in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        prop_assert_eq!(through_the_wire(&number).to_bits(), number.to_bits());
        prop_assert_eq!(through_the_wire(&whole), whole);
        prop_assert_eq!(through_the_wire(&text), text);
        let labels = Array1::from_vec(labels);
        let even = labels.mapv(|label| label % 2 == 0);
        prop_assert_eq!(through_the_wire(&even), even);
        prop_assert_eq!(through_the_wire(&labels), labels);
        let x = Array2::from_shape_fn((rows, columns), |(row, column)| (row * 10 + column) as f64);
        prop_assert_eq!(through_the_wire(&x), x.clone());
        // An array in column-major order arrives with the same elements at the same places.
        let transposed = x.clone().reversed_axes();
        prop_assert_eq!(through_the_wire(&transposed), transposed.clone());
        prop_assert_eq!(through_the_wire(&(number.abs().min(1e300), x.clone())).1, x);
    }

    #[test]
    fn foreign_bytes_are_errors(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Array2::<f64>::decode(&mut Reader::new(&bytes));
        let _ = ArrayD::<usize>::decode(&mut Reader::new(&bytes));
        let _ = Array2::<bool>::decode(&mut Reader::new(&bytes));
        let _ = <(f64, Array3<f64>)>::decode(&mut Reader::new(&bytes));
        let _ = Operation::decode(&mut Reader::new(&bytes));
        let _ = protocol::decode_reply("f", &bytes);
        let _ = protocol::answer(&SUMS, &bytes);
    }

    #[test]
    fn truncated_values_are_errors(rows in 0usize..5, columns in 1usize..5, cut in 1usize..8) {
        let mut bytes = Vec::new();
        Argument::encode(&&Array2::<f64>::ones((rows, columns)), &mut bytes);
        bytes.truncate(bytes.len() - cut);
        prop_assert!(Array2::<f64>::decode(&mut Reader::new(&bytes)).is_err());
    }

    #[test]
    fn operations_survive(
        argument in 0usize..4,
        changes in prop::collection::vec((any::<usize>(), -1.0..1.0), 0..10),
        part in 0usize..3,
        weights in prop::option::of(prop::collection::vec(-1.0..1.0, 0..5)),
    ) {
        for operation in [
            Operation::Call { watch_inputs: false },
            Operation::Call { watch_inputs: true },
            Operation::Perturb { argument, changes, part, weights },
        ] {
            let mut bytes = Vec::new();
            operation.encode(&mut bytes);
            prop_assert_eq!(Operation::decode(&mut Reader::new(&bytes)).unwrap(), operation);
        }
    }
}

#[test]
fn an_array_that_claims_more_than_memory_is_an_error() {
    let mut bytes = 2u32.to_le_bytes().to_vec();
    for length in [u64::MAX / 2, 16] {
        bytes.extend_from_slice(&length.to_le_bytes());
    }
    assert!(Array2::<f64>::decode(&mut Reader::new(&bytes)).is_err());
    let mut many_axes = u32::MAX.to_le_bytes().to_vec();
    many_axes.extend_from_slice(&[0; 64]);
    assert!(ArrayD::<f64>::decode(&mut Reader::new(&many_axes)).is_err());
}

#[test]
fn perturbations_are_undone_and_projected() {
    use gradus_question::{Local, Perturbation, Projection, Session};
    let x = ndarray::array![[1.0, 2.0], [3.0, 4.0]];
    let mut local = Local::new(&SUMS);
    let mut session = Session::new(&mut local);
    let call = sums::call::scaled_sum(&x, 2.0);
    let changes = vec![(0, 0.5), (3, -1.0), (0, 0.0)];
    let loss = Perturbation { argument: "x", changes: changes.clone(), projection: Projection::Number(0) };
    assert_eq!(session.perturb(&call, loss).unwrap(), [21.0, 18.0, 20.0]);
    let weights = vec![0.0, 1.0, 0.0, 10.0];
    let sum = Perturbation { argument: "x", changes, projection: Projection::WeightedSum(1, weights) };
    assert_eq!(session.perturb(&call, sum).unwrap(), [42.0, 32.0, 42.0]);
    assert_eq!(session.call(&call).unwrap(), (20.0, x));
}

#[test]
fn a_result_of_the_wrong_shape_is_a_wrong_answer() {
    use gradus_question::{Failure, Local, Perturbation, Projection, Session, Verdict};
    let x = ndarray::array![[1.0, 2.0], [3.0, 4.0]];
    let mut local = Local::new(&SUMS);
    let mut session = Session::new(&mut local);
    let of_six = Projection::WeightedSum(1, vec![1.0; 6]);
    let perturbation = Perturbation { argument: "x", changes: vec![(0, 0.5)], projection: of_six };
    let error = session.perturb(&sums::call::scaled_sum(&x, 2.0), perturbation).unwrap_err();
    assert_eq!(error.to_string(), "scaled_sum returns a result of the wrong shape");
    let failure = Failure::from(error);
    assert_eq!(failure.verdict, Verdict::WrongAnswer);
    assert_eq!(failure.summary, "scaled_sum returns a result of the wrong shape");
}

#[test]
fn panics_and_missing_functions_are_told_apart() {
    use gradus_question::{Local, Session};
    let none = sums::Functions::default();
    let call = sums::call::first(&Array1::zeros(0));
    let mut local = Local::new(&SUMS);
    let panic = Session::new(&mut local).call(&call).unwrap_err();
    assert!(matches!(panic, CallError::Panic { .. }), "{panic}");
    let mut local = Local::new(&none);
    let missing = Session::new(&mut local).call(&call).unwrap_err();
    assert!(matches!(missing, CallError::ProtocolViolation { .. }), "{missing}");
}

#[test]
fn frames_survive_and_a_torn_one_is_an_error() {
    let mut pipe = Vec::new();
    protocol::write_frame(&mut pipe, 7, b"abc").unwrap();
    protocol::write_frame(&mut pipe, 8, b"").unwrap();
    let mut reader = &pipe[..];
    assert_eq!(protocol::read_frame(&mut reader).unwrap(), Some((7, b"abc".to_vec())));
    assert_eq!(protocol::read_frame(&mut reader).unwrap(), Some((8, Vec::new())));
    assert_eq!(protocol::read_frame(&mut reader).unwrap(), None);
    assert!(protocol::read_frame(&mut &pipe[..5]).is_err());
}
